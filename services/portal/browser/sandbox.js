// Looks every two seconds whether something new has come, and shows it in place.

const pauseMs = 2000;
const messages = document.querySelector('#messages');
const news = document.querySelector('#news');

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { 'if-none-match': messages.dataset.version } });
    if (answer.status !== 200) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('#messages');
    messages.replaceChildren(...fresh.childNodes);
    messages.dataset.version = fresh.dataset.version;
    news.textContent = 'A new message has come.';
  } catch {
    // The system is being restarted; the next look finds it again.
  }
}
setInterval(() => void look(), pauseMs);
