//! How values are rounded before somebody reads them: more places would only be noise.

/// `value` to three places, as checks and the report have shares.
pub(crate) fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// `value` to one place, as the report has pixels.
pub(crate) fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
