// Maps as the report has them: [a, b, c, d, e, f] takes x, y to a x + b y + c, d x + e y + f.

const IDENTITY = [1, 0, 0, 0, 1, 0];

function applied([a, b, c, d, e, f], [x, y]) {
  return [a * x + b * y + c, d * x + e * y + f];
}

/** The map `first` and then `next`. */
function then(first, next) {
  const [a, b, c, d, e, f] = first;
  const [g, h, i, j, k, l] = next;
  return [g * a + h * d, g * b + h * e, g * c + h * f + i, j * a + k * d, j * b + k * e, j * c + k * f + l];
}

/** The map back. The report's maps are similarities, so that there is one. */
function inverse([a, b, c, d, e, f]) {
  const determinant = a * e - b * d;
  const [ia, ib, id, ie] = [e / determinant, -b / determinant, -d / determinant, a / determinant];
  return [ia, ib, -(ia * c + ib * f), id, ie, -(id * c + ie * f)];
}

function translation(x, y) {
  return [1, 0, x, 0, 1, y];
}

/** A scaling by `factor` and a turn by `degrees`, clockwise, about the point `x`, `y`. */
function similarity([x, y], factor, degrees) {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180) * factor, Math.cos((degrees * Math.PI) / 180) * factor];
  return then(then(translation(-x, -y), [cos, -sin, 0, sin, cos, 0]), translation(x, y));
}

/** How many times larger things become. */
function scaleOf([a, , , d]) {
  return Math.hypot(a, d);
}

/** Degrees, clockwise, by which a map turns things back. */
function turnedBackBy([a, b]) {
  return (Math.atan2(b, a) * 180) / Math.PI;
}

/** The corners, in the photo, of an output of this size. */
function frameCorners(transform, { width, height }) {
  const back = inverse(transform);
  return [[0, 0], [width, 0], [width, height], [0, height]].map((corner) => applied(back, corner));
}

function middle([ax, ay], [bx, by]) {
  return [(ax + bx) / 2, (ay + by) / 2];
}

function distance([ax, ay], [bx, by]) {
  return Math.hypot(ax - bx, ay - by);
}

function centreOf([x, y, width, height]) {
  return [x + width / 2, y + height / 2];
}

/** From the photo as its file says it stands to the photo after a turn by `degrees`: 0, 90, 180 or 270, clockwise. */
function quarterTurn(degrees, { width, height }) {
  switch (degrees) {
    case 90: return [0, -1, height, 1, 0, 0];
    case 180: return [-1, 0, width, 0, -1, height];
    case 270: return [0, 1, 0, -1, 0, width];
    default: return IDENTITY;
  }
}

/** A map as CSS and SVG write it. */
function matrix([a, b, c, d, e, f]) {
  return `matrix(${[a, d, b, e, c, f].map((value) => value.toFixed(6)).join(',')})`;
}
