//! How well a run framed the photos of the ground truth: the figures of `score.py`, which the project's founders judge
//! by, computed here so that the tests need no Python.

use crate::corpus::{Truth, shows};
use headshot::geometry::Point;
use headshot::preset::{Preset, Shape};
use headshot::report::line::{OutputLine, RecordLine};
use std::collections::BTreeMap;

/// What is measured of one preset. Heights are fractions of the output's height, angles degrees.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Photos with an output.
    pub produced: usize,
    /// Outputs that hold the true face.
    pub found: usize,
    /// Outputs that cut a crown or chin which the photo itself does not cut.
    pub cut: usize,
    /// Outputs with pixels from outside the photo.
    pub padded: usize,
    /// Photos in which the preset's frame fits, hair included; head, eye line and circle are judged on these only.
    pub roomy: usize,
    /// Photos judged by the circle.
    pub circle_of: usize,
    /// Outputs whose head leaves the circle.
    pub circle_out: usize,
    head_heights: Vec<f64>,
    eye_lines: Vec<f64>,
    head_errors: Vec<f64>,
    eye_errors: Vec<f64>,
    rolls: Vec<f64>,
}

impl Figures {
    /// The figures of the outputs for `preset`.
    pub fn of(truths: &BTreeMap<String, Truth>, records: &BTreeMap<String, RecordLine>, preset: &Preset) -> Self {
        let mut figures = Self::default();
        for (source, truth) in truths {
            let record = records.get(source);
            let output = record.and_then(|record| record.outputs.iter().find(|output| output.preset == preset.name));
            if let Some(output) = output {
                figures.add(truth, output, preset);
            }
        }
        figures
    }

    fn add(&mut self, truth: &Truth, output: &OutputLine, preset: &Preset) {
        let seen = Seen::new(truth, output);
        self.produced += 1;
        if !shows(output, truth.face_centre()) {
            return;
        }
        self.found += 1;
        let cut_above = seen.crown.y < -0.01 * seen.height && !truth.cut_by_photo();
        self.cut += usize::from(cut_above || seen.chin.y > 1.01 * seen.height);
        self.padded += usize::from(output.padded > 0.0);
        // Beyond 25 degrees the tilt is meant: presets level such heads only in part.
        if truth.roll_deg.unwrap_or_default().abs() <= 25.0 {
            self.rolls.push(seen.tilt().abs());
        }
        if !has_room(truth, preset, seen.width / seen.height) || truth.quality == "rough" {
            return;
        }
        self.roomy += 1;
        let (head_height, eye_line) = (seen.head_height(), seen.eye_mid().y / seen.height);
        self.head_errors.push((head_height - preset.framing.head_height).abs());
        self.eye_errors.push((eye_line - preset.framing.eye_line).abs());
        self.head_heights.push(head_height);
        self.eye_lines.push(eye_line);
        if preset.shape == Shape::Circle {
            self.circle_of += 1;
            self.circle_out += usize::from(seen.leaves_circle());
        }
    }

    /// 95th percentile of the error of the head height.
    pub fn head_error_p95(&self) -> f64 {
        percentile(&self.head_errors, 0.95)
    }

    /// 95th percentile of the error of the eye line.
    pub fn eye_error_p95(&self) -> f64 {
        percentile(&self.eye_errors, 0.95)
    }

    /// Standard deviation of the head height.
    pub fn head_spread(&self) -> f64 {
        standard_deviation(&self.head_heights)
    }

    /// Standard deviation of the eye line.
    pub fn eye_spread(&self) -> f64 {
        standard_deviation(&self.eye_lines)
    }

    /// Median of the tilt that is left.
    pub fn roll_p50(&self) -> f64 {
        percentile(&self.rolls, 0.5)
    }

    /// 95th percentile of the tilt that is left.
    pub fn roll_p95(&self) -> f64 {
        percentile(&self.rolls, 0.95)
    }

    /// The figures under the names that `score.py --json` gives them.
    pub fn named(&self) -> [(&'static str, f64); 15] {
        [
            ("produced", self.produced as f64),
            ("found", self.found as f64),
            ("cut", self.cut as f64),
            ("padded", self.padded as f64),
            ("roomy", self.roomy as f64),
            ("circle_of", self.circle_of as f64),
            ("circle_out", self.circle_out as f64),
            ("head_err_p50", percentile(&self.head_errors, 0.5)),
            ("head_err_p95", self.head_error_p95()),
            ("eye_err_p50", percentile(&self.eye_errors, 0.5)),
            ("eye_err_p95", self.eye_error_p95()),
            ("head_spread", self.head_spread()),
            ("eye_spread", self.eye_spread()),
            ("roll_p50", self.roll_p50()),
            ("roll_p95", self.roll_p95()),
        ]
    }
}

/// The true head of a photo in the pixels of an output.
struct Seen {
    width: f64,
    height: f64,
    eyes: [Point; 2],
    chin: Point,
    crown: Point,
}

impl Seen {
    fn new(truth: &Truth, output: &OutputLine) -> Self {
        let map = |[x, y]: [f64; 2]| output.transform.apply(Point::new(x, y));
        Self {
            width: f64::from(output.width),
            height: f64::from(output.height),
            eyes: truth.eyes.map(map),
            chin: map(truth.chin),
            crown: map(truth.crown.unwrap_or([truth.eye_mid[0], truth.crown_y])),
        }
    }

    fn eye_mid(&self) -> Point {
        self.eyes[0].midpoint(self.eyes[1])
    }

    fn head_height(&self) -> f64 {
        2.0 * self.chin.distance(self.eye_mid()) / self.height
    }

    fn tilt(&self) -> f64 {
        let [left, right] = self.eyes;
        (right.y - left.y).atan2(right.x - left.x).to_degrees()
    }

    /// Whether the head, an ellipse over crown and chin, leaves the circle in the output's middle. The ellipse's width
    /// of 0.72 heights and the tolerance of a hundredth are those of `score.py`.
    fn leaves_circle(&self) -> bool {
        let middle = Point::new(self.width / 2.0, self.height / 2.0);
        let half_height = (self.chin.y - self.crown.y) / 2.0;
        let head = Point::new(self.eye_mid().x, f64::midpoint(self.chin.y, self.crown.y));
        (0..36).any(|step| {
            let (sin, cos) = f64::to_radians(f64::from(step) * 10.0).sin_cos();
            let rim = Point::new(head.x + 0.72 * half_height * sin, head.y - half_height * cos);
            rim.distance(middle) > 1.01 * self.width.min(self.height) / 2.0
        })
    }
}

/// Whether the preset's frame around the true head lies inside the photo and above the hair.
fn has_room(truth: &Truth, preset: &Preset, aspect: f64) -> bool {
    if truth.roll_deg.unwrap_or_default().abs() > 12.0 {
        return false;
    }
    let [photo_width, photo_height] = truth.size_upright;
    let [eye_x, eye_y] = truth.eye_mid;
    let to_chin = Point::new(eye_x, eye_y).distance(Point::new(truth.chin[0], truth.chin[1]));
    let height = 2.0 * to_chin / preset.framing.head_height;
    let width = height * aspect;
    let (left, top) = (eye_x - width / 2.0, eye_y - preset.framing.eye_line * height);
    let above_hair = (0.0..=truth.crown_y - 0.02 * height).contains(&top);
    above_hair && left >= 0.0 && top + height <= photo_height && left + width <= photo_width
}

/// The value below which `share` of the values lie, between neighbours in proportion; not a number for no values.
fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = last as f64 * share;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

/// The standard deviation of a sample; not a number for fewer than two values.
fn standard_deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (values.len() - 1) as f64).sqrt()
}
