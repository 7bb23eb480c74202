// The grid of photos: cards are made when they are first shown, and the first screen before the rest.

const grid = document.getElementById('grid');
const cards = new Map();

/** Cards of the first screen, and cards that are added whenever the browser is idle. */
const FIRST_CARDS = 24;
const MORE_CARDS = 60;

let shown = [];
let filledTo = 0;
let turn = 0;

const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 16));

function cardOf(photo) {
  if (!cards.has(photo)) cards.set(photo, makeCard(photo));
  return cards.get(photo);
}

/** Shows `list`: the first screen at once, the rest piece by piece. */
function showPhotos(list) {
  shown = list;
  turn += 1;
  filledTo = Math.min(FIRST_CARDS, list.length);
  grid.replaceChildren(...list.slice(0, filledTo).map(cardOf));
  window.scrollTo(0, 0);
  const mine = turn;
  // After the frame with the first screen, so that nobody waits for what is below it.
  requestAnimationFrame(() => setTimeout(() => idle(() => fill(mine))));
}

function fill(mine) {
  if (mine !== turn || filledTo >= shown.length) return;
  fillTo(filledTo + MORE_CARDS);
  idle(() => fill(mine));
}

function fillTo(count) {
  const next = shown.slice(filledTo, count);
  if (next.length > 0) grid.append(...next.map(cardOf));
  filledTo += next.length;
}

/** Makes the card of a photo anew, in its place. */
function refreshCard(photo) {
  const old = cards.get(photo);
  if (!old) return;
  const hadFocus = old.contains(document.activeElement);
  const made = makeCard(photo);
  cards.set(photo, made);
  old.replaceWith(made);
  if (hadFocus) made.querySelector('.open').focus({ preventScroll: true });
}

function photoAt(node) {
  const card = node instanceof Element ? node.closest('.card') : null;
  return card ? photos[Number(card.dataset.index)] : null;
}

function focusPhoto(position) {
  const photo = shown[clamp(position, 0, shown.length - 1)];
  if (!photo) return;
  fillTo(position + 1);
  const button = cardOf(photo).querySelector('.open');
  button.focus({ preventScroll: true });
  cardOf(photo).scrollIntoView({ block: 'nearest' });
}

/** How many cards stand side by side. */
function columns() {
  const [first] = grid.children;
  if (!first) return 1;
  let count = 1;
  while (grid.children[count] && grid.children[count].offsetTop === first.offsetTop) count += 1;
  return count;
}

/** Moves the focus by an arrow key; from elsewhere to the first photo. */
function moveFocus(key) {
  const photo = photoAt(document.activeElement);
  const position = photo ? shown.indexOf(photo) : -1;
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(), ArrowDown: columns() };
  const next = position < 0 ? 0 : position + steps[key];
  if (next >= 0 && next < shown.length) focusPhoto(next);
}

// Paper has no scroll bar: everything is there, and every picture is loaded.
window.addEventListener('beforeprint', () => {
  fillTo(shown.length);
  grid.querySelectorAll('img[loading=lazy]').forEach((picture) => picture.setAttribute('loading', 'eager'));
});
