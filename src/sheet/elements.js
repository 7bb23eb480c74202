// Elements of the page. Text goes in as text: no name of a file is ever read as markup.

const SVG = 'http://www.w3.org/2000/svg';

/** Outputs with more pixels are shown by the photo's thumbnail where they are small on the page: a dozen pictures of 20
    megapixels take a gigabyte. */
const MANY_PIXELS = 3e6;

const STEPS = {
  shift: 'the head stands elsewhere in the frame than the preset says',
  tighten: 'the head is larger than the preset says',
  loosen: 'the head is smaller, so that hair or a hat stays in',
  'level-less': 'the head is levelled less than it is tilted',
  extend: 'the frame reaches beyond the photo',
  widest: 'the photo is tighter than the preset',
  'out-of-circle': 'hair or chin reach beyond the circle',
};

function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function drawn(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** A picture that is loaded when it comes into view; what it shows is told in words beside it. */
function image(path, attributes = {}) {
  const always = { src: address(path), alt: '', loading: 'lazy', decoding: 'async', draggable: 'false' };
  return element('img', { ...always, ...attributes });
}

/** A path below the output folder as an address: every part escaped by itself. */
function address(path) {
  return path.split('/').map(encodeURIComponent).join('/');
}

function plural(count, what) {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}

/** The thumbnail of a photo, upright, in a box of its shape, with `over` laid over it. */
function stage(photo, over) {
  const { record, thumbnail } = photo;
  const { width, height } = record.photo;
  const turned = record.turned ?? 0;
  const swaps = turned % 180 !== 0;
  const scene = element('div', { class: 'scene' });
  if (thumbnail) scene.append(image(thumbnail));
  if (over) scene.append(over);
  const box = element('div', { class: 'stage' }, scene);
  box.style.aspectRatio = swaps ? `${height} / ${width}` : `${width} / ${height}`;
  box.style.setProperty('--shape', swaps ? height / width : width / height);
  if (turned) {
    scene.style.width = swaps ? `${(100 * width) / height}%` : '100%';
    scene.style.height = swaps ? `${(100 * height) / width}%` : '100%';
    scene.style.inset = '50% auto auto 50%';
    scene.style.transform = `translate(-50%, -50%) rotate(${turned}deg)`;
  }
  return box;
}

/** The lines of a head: eyes, crown and chin. */
function headLines(head) {
  const half = distance(middle(...head.eyes), head.chin);
  const angle = (head.roll_deg * Math.PI) / 180;
  const across = ([x, y], length, name) => {
    const [dx, dy] = [Math.cos(angle) * length, Math.sin(angle) * length];
    return drawn('line', { class: name, x1: x - dx, y1: y - dy, x2: x + dx, y2: y + dy });
  };
  return [
    across(middle(...head.eyes), half, 'eye-line'),
    across(head.crown, half * 0.45, 'crown'),
    across(head.chin, half * 0.45, 'chin'),
  ];
}

/** A drawing in pixels of the photo. */
function drawing(photo, attributes) {
  const { width, height } = photo.record.photo;
  return drawn('svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', ...attributes });
}

function framePath(transform, output) {
  return `M${frameCorners(transform, output).map((corner) => corner.map((value) => value.toFixed(1)).join(' ')).join('L')}Z`;
}

/** What was seen in a photo, over its thumbnail. */
function seen(photo) {
  const { record } = photo;
  const picture = drawing(photo, { class: 'seen', 'aria-hidden': 'true' });
  const frame = (output) => drawn('path', { class: 'frame', d: framePath(transformAfter(photo, output), output) });
  picture.append(...record.outputs.map(frame), ...(record.head ? headLines(record.head) : []));
  return picture;
}

/** An output under the mask that its platform shows, `height` pixels high on the page. */
function crop(photo, output, height) {
  const shape = presetNamed(output.preset)?.shape ?? 'rectangle';
  const width = Math.round((height * output.width) / output.height);
  const box = element('span', { class: `crop ${shape}` });
  box.style.width = `${width}px`;
  box.style.height = `${height}px`;
  const isPreview = isChanged(photo, output) || output.width * output.height > MANY_PIXELS;
  if (isPreview && photo.thumbnail) {
    const picture = image(photo.thumbnail, { class: 'preview' });
    picture.style.width = `${photo.record.photo.width}px`;
    picture.style.height = `${photo.record.photo.height}px`;
    const fit = height / output.height;
    picture.style.transform = matrix(then(transformAfter(photo, output), [fit, 0, 0, 0, fit, 0]));
    box.append(picture);
  } else {
    box.append(image(output.path, { width, height }));
  }
  return box;
}
