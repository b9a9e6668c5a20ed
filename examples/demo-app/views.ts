import type { User } from './users.ts';

/* Pages as strings. Whatever comes from outside goes through `text`. */

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const text = (value: string) => value.replace(/[&<>"']/g, (sign) => signs[sign] as string);

export const style = `
:root{color-scheme:light dark;--ink:#1d2327;--soft:#5b6670;--line:#d5dadf;--edge:#7d8790;--paper:#fff;--desk:#f3f5f4;--leaf:#1c6b4a;--on:#fff;--bad:#a4261d}
@media(prefers-color-scheme:dark){:root{--ink:#eceff0;--soft:#a3adb5;--line:#343b40;--edge:#7d8790;--paper:#1b1f21;--desk:#131618;--leaf:#6fcaa0;--on:#0c1a13;--bad:#ff9d94}}
*{box-sizing:border-box}body{margin:0;background:var(--desk);color:var(--ink);font:1rem/1.55 system-ui,sans-serif;overflow-wrap:break-word}
.bar{display:flex;align-items:center;justify-content:space-between;gap:1rem;padding:.75rem 1.25rem;background:var(--paper);border-bottom:1px solid var(--line)}
.bar a{color:inherit;text-decoration:none;font-weight:650;padding:.25rem 0}main{max-width:44rem;margin:0 auto;padding:2rem 1.25rem}main.small{max-width:25rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 1.25rem}main.small form{margin:0 0 1.5rem}p{margin:0 0 1rem}.soft{color:var(--soft)}
label{display:block;font-weight:550;margin:0 0 .35rem}input{display:block;width:100%;min-height:2.75rem;padding:.5rem .75rem;margin:0 0 1.1rem;border:1px solid var(--edge);border-radius:.5rem;background:var(--paper);color:inherit;font:inherit}
button,.button{display:inline-block;min-height:2.75rem;padding:.55rem 1.1rem;border:1px solid var(--leaf);border-radius:.5rem;background:var(--leaf);color:var(--on);font:inherit;font-weight:550;cursor:pointer;text-decoration:none}
a{color:var(--leaf)}:focus-visible{outline:2px solid var(--leaf);outline-offset:2px}
.fault{color:var(--bad);font-weight:500}.card{background:var(--paper);border:1px solid var(--line);border-radius:.75rem;padding:1.5rem}
details{position:relative}summary{list-style:none;cursor:pointer;width:2.75rem;height:2.75rem;display:grid;place-items:center;border-radius:.5rem;font-size:1.35rem}summary::-webkit-details-marker{display:none}
.menu{position:absolute;right:0;top:3rem;min-width:12rem;background:var(--paper);border:1px solid var(--line);border-radius:.6rem;padding:.4rem;box-shadow:0 8px 24px rgb(0 0 0/.12);z-index:1}
.menu a,.menu button{display:block;width:100%;min-height:2.5rem;padding:.5rem .75rem;border:0;background:none;color:inherit;text-align:start;font-weight:500;border-radius:.4rem;text-decoration:none}.menu :is(a,button):hover{background:var(--desk)}
.tabs{display:flex;gap:.5rem;border-bottom:1px solid var(--line);margin:0 0 1.5rem}.tabs :is(a,button){border:0;border-bottom:2px solid transparent;border-radius:0;background:none;color:var(--soft);padding:.6rem .4rem;min-height:2.75rem;font-weight:550;text-decoration:none}.tabs [aria-current]{color:var(--ink);border-color:var(--leaf)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.4rem 1.5rem;margin:0}dt{color:var(--soft)}dd{margin:0}
`;

function page(title: string, body: string, user?: User): string {
  const menu =
    user === undefined
      ? ''
      : `<details><summary aria-label="Menu">⋮</summary><nav class="menu" aria-label="Menu"><a href="/account">Account</a>
<form method="post" action="/log-out"><button>Log out</button></form></nav></details>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)} · Harbour</title><style>${style}</style></head>
<body><header class="bar"><a href="/">Harbour</a>${menu}</header>${body}</body></html>`;
}

const fault = (words: string | undefined) =>
  words === undefined ? '' : `<p class="fault" role="alert" id="fault">${text(words)}</p>`;

type Entered = { readonly email?: string; readonly name?: string };

export const logInPage = (words?: string, { email = '' }: Entered = {}) =>
  page(
    'Log in',
    `<main class="small"><h1>Log in to Harbour</h1>${fault(words)}
<form method="post" action="/log-in"><label for="email">Email</label><input id="email" name="email" type="email" autocomplete="username" required maxlength="200" value="${text(email)}">
<label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200">
<button>Log in</button></form><p class="soft">No account yet? <a href="/sign-up">Sign up</a></p></main>`,
  );

export const signUpPage = (words?: string, { email = '', name = '' }: Entered = {}) =>
  page(
    'Sign up',
    `<main class="small"><h1>Sign up to Harbour</h1>${fault(words)}
<form method="post" action="/sign-up"><label for="name">Name</label><input id="name" name="name" autocomplete="name" required maxlength="80" value="${text(name)}">
<label for="email">Email</label><input id="email" name="email" type="email" autocomplete="username" required maxlength="200" value="${text(email)}">
<label for="password">Password, at least 8 characters</label><input id="password" name="password" type="password" autocomplete="new-password" required minlength="8" maxlength="200">
<button>Sign up</button></form><p class="soft">You have an account? <a href="/log-in">Log in</a></p></main>`,
  );

export const homePage = (user: User) =>
  page(
    'Home',
    `<main><h1>Welcome, ${text(user.name)}</h1><div class="card"><p>This is Harbour, a small application that leaves the second step of
its login to Twofold.</p><p>Open the menu ⋮, then <b>Account</b>, then <b>Security</b>, to set up an authenticator app, SMS, email or backup codes.
Then log out and in again.</p><p class="soft">SMS and mails go to the sandbox inbox of Twofold while you develop.</p></div></main>`,
    user,
  );

export const accountPage = (user: User) =>
  page(
    'Account',
    `<main><h1>Account</h1><form class="tabs" method="post" action="/account/security" aria-label="Account">
<a href="/account" aria-current="page">Profile</a><button>Security</button></form>
<div class="card"><dl><dt>Name</dt><dd>${text(user.name)}</dd><dt>Email</dt><dd>${text(user.email)}</dd></dl></div></main>`,
    user,
  );

export const messagePage = (title: string, words: string) =>
  page(
    title,
    `<main class="small"><h1>${text(title)}</h1><p>${text(words)}</p><p><a href="/log-in">Log in</a></p></main>`,
  );
