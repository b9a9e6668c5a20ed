// Makes the settings handier where scripts run; the form works the same without. Nothing is kept in the browser.

/** A value that is edited is one's own: “inherit” is unticked for it, and ticked again brings the inherited value back at the next look. */
for (const setting of document.querySelectorAll('.setting')) {
  const inherit = setting.querySelectorAll('input[name^="inherit:"]');
  setting.addEventListener('input', ({ target }) => {
    if (!target.name || target.name.startsWith('inherit:') || target.name === 'lock' || target.name.startsWith('add-'))
      return;
    for (const box of inherit) {
      const path = box.name.slice('inherit:'.length);
      const subject = path.endsWith('.subject');
      const about =
        target.name === path || (target.name.includes('|') && subject === target.name.startsWith('subject|'));
      if (about) box.checked = false;
    }
  });
}

/** Shows a message as one types it. The server renders it; what comes is its markup. */
const previewPauseMs = 400;
for (const box of document.querySelectorAll('[data-preview]')) {
  const { form } = box.parentElement.querySelector('button');
  const slot = box.querySelector('[data-slot]');
  let timer;
  let newest = 0;
  const show = async () => {
    const turn = ++newest;
    const sent = new URLSearchParams({ act: box.dataset.preview });
    for (const [name, value] of new FormData(form)) {
      if (name.startsWith('branding.')) sent.set(name, value);
      if (['form', 'once'].includes(name) || name.endsWith(box.dataset.preview.replace(/^[^|]*/, '')))
        sent.set(name, value);
    }
    try {
      const answer = await fetch('/admin/two-factor/preview', { method: 'POST', body: sent });
      if (turn !== newest || !answer.ok) return;
      slot.innerHTML = await answer.text();
      box.hidden = false;
    } catch {
      // No network: the button says what is wrong.
    }
  };
  const around = box.dataset.preview === 'brand' ? box.closest('.panel') : box.parentElement;
  around.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void show(), previewPauseMs);
  });
}

/** What opens in a tab of its own leaves this form free to be sent. */
for (const form of document.querySelectorAll('form.settings')) {
  form.addEventListener('submit', ({ submitter }) => {
    if (submitter?.formTarget === '_blank') delete form.dataset.sent;
  });
}
