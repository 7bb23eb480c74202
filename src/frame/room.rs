//! The room that a photo leaves for a frame around a head.

use super::polygon::Polygon;
use crate::geometry::{Affine, Point};
use crate::outline::{HalfPlane, Outline};
use crate::preset::{Framing, Preset, Shape};
use crate::subject::Head;
use std::cell::OnceCell;

/// Half width of a head with hair, in half lengths from crown to chin: the ellipse that the circle proof keeps inside.
/// Set by eye; the quality tests measure who leaves the circle with the same ellipse.
const HEAD_HALF_WIDTH: f64 = 0.72;

/// Turns of the head up to this count as looking at the camera: 77 of the 82 frontal portraits of the corpus have no
/// more.
const LOOKS_ASIDE: f64 = 0.3;

/// A crown of no confidence gets this much more headroom, as a fraction of the frame's height; of half confidence none.
/// Half the deviation of other people's crowns from the common one, at the usual head heights.
const GUESSED_CROWN: f64 = 0.04;

/// Directions in which the head's ellipse is held inside a circle: every 10 degrees. Between two of them it can stand
/// out by 0.4 % of the radius, less than the margin that is kept.
const CIRCLE_DIRECTIONS: usize = 36;

/// What a frame must leave around the head, as fractions of its height. Set by eye, but for what the preset says.
pub(super) struct Demand {
    /// Space above the crown, where the photo has it.
    headroom: f64,
    /// Space below the chin.
    below_chin: f64,
    /// Share of the head's half width that must be inside on both sides.
    sides: f64,
    /// Whether the whole head must be inside the circle that touches the edges, and with what share of the radius left.
    circle_margin: Option<f64>,
    /// Share of the way to its corners that the frame must keep inside a shape cut out of the photo.
    corners: f64,
}

impl Demand {
    /// What the preset asks for.
    pub fn comfortable(preset: &Preset) -> Self {
        let is_circle = preset.shape == Shape::Circle;
        Self {
            headroom: preset.framing.headroom,
            // Under a chin that touches the edge the neck is gone and the head looks cut off.
            below_chin: 0.05,
            sides: 1.0,
            circle_margin: is_circle.then_some(0.01),
            // The circle hides its square's corners, and with them a few transparent ones.
            corners: if is_circle { 0.85 } else { 1.0 },
        }
    }

    /// The same without the circle proof, for photos that end in the hair: no frame can give the circle what is not
    /// there.
    pub fn comfortable_without_circle(preset: &Preset) -> Self {
        Self { circle_margin: None, ..Self::comfortable(preset) }
    }

    /// Crown, chin and face just inside, nothing else; corners may reach beyond a shape cut out of the photo by as much
    /// as `corners` leaves.
    pub const fn barely(corners: f64) -> Self {
        Self { headroom: 0.02, below_chin: 0.01, sides: 0.6, circle_margin: None, corners }
    }

    /// Crown, chin and face inside, to the very edge: what a person pinned needs no margin. Corners as in
    /// [`Self::barely`].
    pub const fn just_inside(corners: f64) -> Self {
        Self { headroom: 0.0, below_chin: 0.0, ..Self::barely(corners) }
    }
}

/// So many points of the ellipse around `head`, from crown to chin, in upright source pixels.
pub(crate) fn head_ellipse(head: &Head, points: u32) -> impl Iterator<Item = Point> + use<> {
    let middle = head.crown.midpoint(head.chin);
    let half = Point::new(head.chin.x - middle.x, head.chin.y - middle.y);
    (0..points).map(move |point| {
        let (sin, cos) = libm::sincos(f64::from(point) * std::f64::consts::TAU / f64::from(points));
        let across = HEAD_HALF_WIDTH * sin;
        Point::new(middle.x + cos * half.x - across * half.y, middle.y + cos * half.y + across * half.x)
    })
}

/// A head and its photo in levelled coordinates.
pub(super) struct Stance {
    /// Turn of the frame on the photo, in degrees.
    pub roll_deg: f64,
    /// Where the middle of the head is on the frame's horizontal.
    pub head_centre_x: f64,
    /// Turn of the head to the side, -1..=1.
    pub yaw: f64,
    eye_mid: Point,
    chin: Point,
    crown: Point,
    /// How little is known of the crown: 0 from half confidence on, 1 at none.
    crown_doubt: f64,
    /// Photo above the crown, straight up in the frame.
    room_above: f64,
    /// From the mid-eye point to the photo's edge along the eye line, to the left and to the right.
    room_aside: [f64; 2],
    half_width: f64,
    edges: Vec<HalfPlane>,
    /// How far the head reaches in every direction, for presets shown as a circle.
    circle: OnceCell<[HalfPlane; CIRCLE_DIRECTIONS]>,
    to_frame: Affine,
    to_photo: Affine,
}

impl Stance {
    /// `head` on a photo with this outline, in a frame turned by `roll_deg`.
    pub fn new(head: &Head, outline: &Outline, roll_deg: f64) -> Self {
        let eye_mid = head.eye_mid();
        let to_levelled = Affine::translation(-eye_mid.x, -eye_mid.y).then(&Affine::rotation(-roll_deg));
        let edges = outline.levelled(eye_mid, roll_deg);
        let mut crown = to_levelled.apply(head.crown);
        // Hair that the photo cuts ends, for the frame, at the photo's edge.
        crown.y += beyond(&edges, crown);
        let face_centre = to_levelled.apply(head.face.centre());
        let chin = to_levelled.apply(head.chin);
        Self {
            roll_deg,
            // Eyes and face box agree on a frontal head; on a turned one the box is nearer to the middle of the head.
            head_centre_x: face_centre.x * head.yaw.abs().min(1.0),
            yaw: head.yaw,
            eye_mid,
            chin,
            crown,
            crown_doubt: (1.0 - 2.0 * head.crown_confidence).max(0.0),
            room_above: up_to_edge(&edges, crown),
            room_aside: [sideways_to_edge(&edges, -1.0), sideways_to_edge(&edges, 1.0)],
            half_width: chin.distance(crown) / 2.0 * HEAD_HALF_WIDTH,
            edges,
            circle: OnceCell::new(),
            to_frame: Affine::rotation(-roll_deg),
            to_photo: Affine::rotation(roll_deg),
        }
    }

    /// `point` of levelled coordinates in upright source pixels.
    pub fn to_upright(&self, point: Point) -> Point {
        let turned = self.turned(point);
        Point::new(turned.x + self.eye_mid.x, turned.y + self.eye_mid.y)
    }

    /// `point` of upright source pixels in levelled coordinates.
    pub fn to_levelled(&self, point: Point) -> Point {
        self.to_frame.apply(Point::new(point.x - self.eye_mid.x, point.y - self.eye_mid.y))
    }

    /// A distance in levelled coordinates as one on the photo.
    pub fn turned(&self, distance: Point) -> Point {
        self.to_photo.apply(distance)
    }

    /// How far the person looks to the side, -1..=1; 0 for everybody who looks at the camera, whose measured turn is
    /// noise.
    fn gaze(&self) -> f64 {
        ((self.yaw.abs() - LOOKS_ASIDE) / (1.0 - LOOKS_ASIDE)).clamp(0.0, 1.0).copysign(self.yaw)
    }

    /// Where the centre of a frame of this size is when the head stands where `framing` wants it.
    pub fn ideal_centre(&self, framing: &Framing, width: f64, height: f64) -> Point {
        Point::new(
            self.head_centre_x + (0.5 - framing.subject_x + framing.gaze_room * self.gaze()) * width,
            (0.5 - framing.eye_line) * height,
        )
    }

    /// Where the centre of a frame of this size may be: inside the photo, with what `demand` asks for.
    pub fn allowed_centres(&self, width: f64, height: f64, demand: &Demand) -> Polygon {
        let mut polygon = self.centres_around_head(width, height, demand);
        leave_inside(&mut polygon, self.on_photo(width, height, demand));
        polygon
    }

    /// Where the centre of a frame of this size may be with what `demand` asks for, on the photo or beyond.
    pub fn centres_around_head(&self, width: f64, height: f64, demand: &Demand) -> Polygon {
        let mut polygon = Polygon::default();
        self.set_centres_around_head(&mut polygon, width, height, demand);
        polygon
    }

    /// Makes `polygon` what [`Self::centres_around_head`] gives.
    pub fn set_centres_around_head(&self, polygon: &mut Polygon, width: f64, height: f64, demand: &Demand) {
        polygon.set_square(Point::default(), 4.0 * (width + height));
        leave_inside(polygon, self.around_head(width, height, demand));
    }

    /// The edges of where the centre of a frame of this size may be for the frame to be on the photo.
    pub fn on_photo(&self, width: f64, height: f64, demand: &Demand) -> impl Iterator<Item = HalfPlane> {
        let corners = demand.corners;
        self.edges.iter().enumerate().map(move |(index, edge)| {
            let reach = (edge.normal.x.abs() * width + edge.normal.y.abs() * height) / 2.0;
            let share = if index < Outline::PHOTO_EDGES { 1.0 } else { corners };
            HalfPlane { limit: edge.limit - share * reach, ..*edge }
        })
    }

    /// The edges of where the centre of a frame of this size may be with what `demand` asks for around the head.
    pub fn around_head(&self, width: f64, height: f64, demand: &Demand) -> impl Iterator<Item = HalfPlane> {
        let circle = self.inside_circle(width, height, demand);
        self.around_face(width, height, demand).into_iter().chain(circle.into_iter().flatten())
    }

    /// Those of [`Self::around_head`] that any demand asks for.
    pub fn around_face(&self, width: f64, height: f64, demand: &Demand) -> [HalfPlane; 4] {
        let wanted = demand.headroom + GUESSED_CROWN * self.crown_doubt;
        let headroom = (wanted * height).min(self.room_above);
        let below = demand.below_chin * height;
        let side = |sign: f64, room: f64| {
            // A photo that cuts the head sideways cannot give more than its edge.
            let reach = (sign * self.head_centre_x + demand.sides * self.half_width).min(room);
            HalfPlane { normal: Point::new(-sign, 0.0), limit: width / 2.0 - reach }
        };
        [
            HalfPlane { normal: Point::new(0.0, 1.0), limit: self.crown.y - headroom + height / 2.0 },
            HalfPlane { normal: Point::new(0.0, -1.0), limit: height / 2.0 - self.chin.y - below },
            side(-1.0, self.room_aside[0]),
            side(1.0, self.room_aside[1]),
        ]
    }

    /// Those of [`Self::around_head`] that have the head's ellipse inside a circle, by its support in every direction.
    pub fn inside_circle(
        &self,
        width: f64,
        height: f64,
        demand: &Demand,
    ) -> Option<impl Iterator<Item = HalfPlane> + use<'_>> {
        let radius = 0.5 * width.min(height) * (1.0 - demand.circle_margin?);
        let supports = self.circle.get_or_init(|| self.supports());
        Some(supports.iter().map(move |support| HalfPlane { limit: radius - support.limit, ..*support }))
    }

    /// How far the head's ellipse reaches in every direction, with the directions the other way round.
    fn supports(&self) -> [HalfPlane; CIRCLE_DIRECTIONS] {
        let middle = self.chin.midpoint(self.crown);
        let half_length = self.chin.distance(self.crown) / 2.0;
        let axis = Point::new(
            (self.chin.x - self.crown.x) / (2.0 * half_length),
            (self.chin.y - self.crown.y) / (2.0 * half_length),
        );
        std::array::from_fn(|step| {
            let angle = step as f64 * std::f64::consts::TAU / CIRCLE_DIRECTIONS as f64;
            let (y, x) = libm::sincos(angle);
            let along = (x * axis.x + y * axis.y) * half_length;
            let across = (y * axis.x - x * axis.y) * half_length * HEAD_HALF_WIDTH;
            let support = x * middle.x + y * middle.y + libm::hypot(along, across);
            HalfPlane { normal: Point::new(-x, -y), limit: support }
        })
    }
}

/// Edges whose normal has less than this along a way, which run within 6 degrees of it, are not met on that way. Set by
/// hand.
const ALONG: f64 = 0.1;

/// Leaves what is inside all of `edges`.
pub(super) fn leave_inside(polygon: &mut Polygon, edges: impl Iterator<Item = HalfPlane>) {
    for edge in edges {
        if polygon.is_empty() {
            break;
        }
        polygon.clip(&edge);
    }
}

/// How far `point` has to go straight down to be inside all edges that face up.
fn beyond(edges: &[HalfPlane], point: Point) -> f64 {
    (-up_to_edge(edges, point)).max(0.0)
}

/// Distance from `point` straight up to the photo's edge; negative where it is already beyond.
fn up_to_edge(edges: &[HalfPlane], point: Point) -> f64 {
    let distance = |edge: &HalfPlane| (edge.limit - edge.normal.x * point.x - edge.normal.y * point.y) / -edge.normal.y;
    edges.iter().filter(|edge| edge.normal.y < -ALONG).map(distance).fold(f64::INFINITY, f64::min)
}

/// Distance from the mid-eye point to the photo's edge, along the eye line, to the left (-1) or right (1).
fn sideways_to_edge(edges: &[HalfPlane], sign: f64) -> f64 {
    let facing = edges.iter().filter(|edge| edge.normal.x * sign > ALONG);
    facing.map(|edge| edge.limit / (edge.normal.x * sign)).fold(f64::INFINITY, f64::min)
}
