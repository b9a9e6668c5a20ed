// Makes pages handier where scripts run; every page works without. Nothing is kept in the browser.

/** Counts down to when a new code may be asked for: the button waits, its label says how long. */
function countDown(button) {
  const label = button.textContent;
  const until = performance.now() + Number(button.dataset.waitSeconds) * 1000;
  const template = button.dataset.waitLabel ?? '';
  const tick = () => {
    const left = Math.ceil((until - performance.now()) / 1000);
    button.disabled = left > 0;
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    button.textContent = left > 0 ? template.replace('{time}', time) : label;
    if (left > 0) setTimeout(tick, 250);
  };
  tick();
}
for (const button of document.querySelectorAll('button[data-wait-seconds]')) countDown(button);

/** Puts a text on the clipboard and says so. */
async function copy(button) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    // The browser refused: the text stands beside the button.
    return;
  }
  button.textContent = button.dataset.copied;
  setTimeout(() => (button.textContent = label), 2000);
}
for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = !navigator.clipboard;
  button.addEventListener('click', () => void copy(button));
}

for (const button of document.querySelectorAll('button[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}

/** Fills in the code of an SMS that names this site (WebOTP), and sends the form. */
async function fillIn(field) {
  const ended = new AbortController();
  field.form.addEventListener('submit', () => ended.abort());
  try {
    const { code } = await navigator.credentials.get({ otp: { transport: ['sms'] }, signal: ended.signal });
    field.value = code;
    field.form.requestSubmit();
  } catch {
    // No such message came, or the person typed.
  }
}
const field = document.querySelector('input[autocomplete="one-time-code"][data-otp]');
if (field && 'OTPCredential' in window) void fillIn(field);

/** A form is sent once: the second press of an impatient hand does nothing. */
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = 'yes';
    setTimeout(() => delete form.dataset.sent, 5000);
  });
}
addEventListener('pageshow', (event) => event.persisted && location.reload());

/** Times in the person's own time zone. */
const styles = {
  date: { dateStyle: 'medium' },
  time: { timeStyle: 'short' },
  both: { dateStyle: 'medium', timeStyle: 'short' },
};
for (const time of document.querySelectorAll('time[data-moment]')) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, styles[time.dataset.moment]);
  time.textContent = format.format(new Date(time.dateTime));
}
