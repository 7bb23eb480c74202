// A photo in the grid.

/** Crops on a card before the rest is only counted, and as many as stand below the name. */
const CROPS_SHOWN = 8;
const FEW_CROPS = 2;

function badge(outcome) {
  return element('span', { class: `badge ${outcome}` }, outcome);
}

function markWord({ edit }) {
  return { accept: 'accepted', redo: 'take again' }[edit.mark];
}

function checkChip(check) {
  const title = `${check.value} (limit ${check.limit})`;
  return element('li', { class: `chip ${check.level}`, title }, check.code);
}

/** Why there is nothing to show of a photo: one that the roster leaves out was not looked at. */
function notSeen({ outcome }) {
  return outcome === 'skipped' ? 'skipped' : 'not read';
}

function makeCard(photo) {
  const { record } = photo;
  const cut = record.source.lastIndexOf('/') + 1;
  const picture = record.photo && photo.thumbnail
    ? stage(photo, seen(photo))
    : element('span', { class: 'no-picture' }, record.photo ? 'no thumbnail' : notSeen(record));
  const steps = [...new Set(record.outputs.flatMap((output) => output.steps))];
  const chips = [
    ...new Map(flagged(photo).map((check) => [check.code, checkChip(check)])).values(),
    ...steps.map((step) => element('li', { class: 'chip step', title: STEPS[step] ?? step }, step)),
  ];
  const label = [record.source, record.outcome, record.reason, markWord(photo)].filter(Boolean).join(', ');
  return element(
    'li',
    { class: `card${photo.edit.mark ? ` marked-${photo.edit.mark}` : ''}`, 'data-index': photo.index },
    element('button', { type: 'button', class: 'open', 'aria-label': `Open ${label}` }, picture),
    element(
      'div',
      { class: 'told' },
      element(
        'p',
        { class: 'name', title: record.source },
        cut > 0 && element('span', { class: 'folder' }, record.source.slice(0, cut)),
        record.source.slice(cut),
      ),
      element(
        'p',
        { class: 'outcome' },
        badge(record.outcome),
        record.verdict && element('span', { class: 'verdict' }, record.verdict),
        markWord(photo) && element('span', { class: `badge ${photo.edit.mark}` }, markWord(photo)),
        isEdited(photo) && element('span', { class: 'badge changed' }, 'changed'),
      ),
      record.message && element('p', { class: 'message' }, record.message),
      chips.length > 0 && element('ul', { class: 'chips', 'aria-label': 'Checks and steps' }, ...chips),
    ),
    cropList(photo),
  );
}

function cropList(photo) {
  const { outputs } = photo.record;
  if (outputs.length === 0) return null;
  const shown = outputs.slice(0, CROPS_SHOWN).map((output) => element(
    'li',
    {},
    crop(photo, output, 72),
    element('span', { class: 'caption' }, output.preset),
  ));
  const more = outputs.length - CROPS_SHOWN;
  const name = outputs.length <= FEW_CROPS ? 'crops few' : 'crops';
  const rest = more > 0 && element('li', { class: 'more' }, `+${more}`);
  return element('ul', { class: name, 'aria-label': 'Headshots' }, ...shown, rest);
}
