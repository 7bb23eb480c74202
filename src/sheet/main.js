// The page put together: filters, keys, export.

const CONTROLS = ['search', 'check', 'preset', 'mark', 'sort', 'reverse', 'count', 'empty', 'outcomes', 'help'];
const controls = Object.fromEntries(CONTROLS.map((id) => [id, document.getElementById(id)]));
const exportButton = document.getElementById('export-button');

function options(select, list) {
  select.replaceChildren(...list.map(([value, text]) => element('option', { value }, text)));
}

function outcomeButtons() {
  const count = (outcome) => photos.filter(({ record }) => record.outcome === outcome).length;
  const there = OUTCOMES.map((outcome) => [outcome, outcome, count(outcome)]).filter(([, , number]) => number > 0);
  const all = [['', 'all', photos.length], ...there];
  controls.outcomes.append(...all.map(([value, text, number]) => element(
    'label',
    { class: `outcome-choice ${value}` },
    element('input', { type: 'radio', name: 'outcome', value, checked: value === '' }),
    element('span', {}, text, element('b', {}, number.toLocaleString('en'))),
  )));
}

function fillControls() {
  const codes = checkCodes();
  const presets = data.presets.map(({ name }) => name);
  outcomeButtons();
  options(controls.check, [['', 'any'], ...codes.map(([code, number]) => [code, `${code} (${number.toLocaleString('en')})`])]);
  options(controls.preset, [['', 'any'], ...presets.map((name) => [name, name])]);
  options(controls.mark, [
    ['', 'any'],
    ['accept', 'accepted'],
    ['redo', 'take again'],
    ['changed', 'changed'],
    ['none', 'not yet'],
  ]);
  const measured = codes.filter(([code]) => photos.some(({ record }) => record.checks.some((check) => check.code === code)));
  options(controls.sort, [
    ['name', 'name'],
    ['outcome', 'outcome, worst first'],
    ...measured.map(([code]) => [code, `${code}, worst first`]),
  ]);
}

function wanted() {
  return {
    search: controls.search.value,
    outcome: controls.outcomes.querySelector('input:checked')?.value ?? '',
    check: controls.check.value,
    preset: controls.preset.value,
    mark: controls.mark.value,
    sort: controls.sort.value,
    reverse: controls.reverse.getAttribute('aria-pressed') === 'true',
  };
}

function update() {
  const list = chosen(wanted());
  showPhotos(list);
  controls.empty.hidden = list.length > 0;
  const all = plural(photos.length, 'photo');
  controls.count.textContent = list.length === photos.length ? all : `${list.length.toLocaleString('en')} of ${all}`;
}

function showExport() {
  const number = photos.filter((photo) => photo.edit.mark || isEdited(photo)).length;
  exportButton.disabled = number === 0;
  exportButton.textContent = number === 0 ? 'Save headshot.toml' : `Save headshot.toml (${number.toLocaleString('en')})`;
}

function saveOverrides() {
  const file = new Blob([overridesText(photos)], { type: 'application/toml' });
  const link = element('a', { href: URL.createObjectURL(file), download: 'headshot.toml' });
  link.click();
  // Not before the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

open.onChange = (photo) => {
  storeEdits();
  refreshCard(photo);
  showExport();
};

for (const control of [controls.check, controls.preset, controls.mark, controls.sort, controls.outcomes]) {
  control.addEventListener('change', update);
}
controls.search.addEventListener('input', update);
controls.reverse.addEventListener('click', () => {
  controls.reverse.setAttribute('aria-pressed', String(controls.reverse.getAttribute('aria-pressed') !== 'true'));
  update();
});
document.querySelector('.filters').addEventListener('submit', (event) => event.preventDefault());
document.getElementById('clear').addEventListener('click', () => {
  document.querySelector('.filters').reset();
  update();
  controls.search.focus();
});
document.getElementById('help-button').addEventListener('click', () => controls.help.showModal());
exportButton.addEventListener('click', saveOverrides);
grid.addEventListener('click', (event) => {
  const photo = photoAt(event.target);
  if (photo) openViewer(photo);
});
viewer.addEventListener('close', () => {
  const position = shown.indexOf(open.photo);
  if (position >= 0) focusPhoto(position);
});

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || controls.help.open) return;
  const isTyping = event.target instanceof Element && event.target.matches('input:not([type=checkbox]), select, textarea');
  if (isTyping) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  if (act(event)) event.preventDefault();
});

/** A key outside of fields; whether it meant something. */
function act(event) {
  if (event.key === '?') {
    controls.help.showModal();
    return true;
  }
  if (viewer.open) return viewerKey(event);
  if (event.key === '/') {
    controls.search.focus();
    return true;
  }
  if (event.key.startsWith('Arrow')) {
    moveFocus(event.key);
    return true;
  }
  const photo = photoAt(document.activeElement);
  const mark = { a: 'accept', r: 'redo' }[event.key.toLowerCase()];
  if (photo && mark) {
    setMark(photo, mark);
    return true;
  }
  return false;
}

fillControls();
update();
showExport();
document.documentElement.dataset.ready = 'true';
