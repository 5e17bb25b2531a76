// What the page does in the browser: asks for a name that only this gateway says no to, then asks the gateway whether it was
// asked. Plain JavaScript for browsers of the last years.

import { CHECK_ZONE } from '../../../memory/sightings/sightings.ts';

export const SCRIPT = `'use strict';
const check = document.getElementById('check');
const words = {
  doh: ['good', 'Yes, encrypted', 'This browser asks this gateway by DNS over HTTPS.'],
  dot: ['good', 'Yes, encrypted', 'This device asks this gateway by DNS over TLS.'],
  udp: ['plain', 'Yes, in plain DNS', 'This device asks this gateway, and others on the way can read along. Set up one of the ways below.'],
  tcp: ['plain', 'Yes, in plain DNS', 'This device asks this gateway, and others on the way can read along. Set up one of the ways below.'],
  none: ['other', 'Not seen', 'No question of this browser was seen here: it probably asks somebody else for names. Set up one of the ways below, then check again.'],
  silent: ['other', 'No answer', 'The gateway did not say. Load the page again.'],
};
async function look() {
  show('busy', 'Checking\\u2026', '');
  const octets = crypto.getRandomValues(new Uint8Array(8));
  const token = Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
  await fetch('http://' + token + '.${CHECK_ZONE}/', { mode: 'no-cors', cache: 'no-store', signal: AbortSignal.timeout(4000) }).catch(() => {});
  const answer = await fetch('/check?token=' + token, { cache: 'no-store', signal: AbortSignal.timeout(4000) })
    .then((response) => response.json())
    .catch(() => ({ askedBy: 'silent' }));
  show(...(words[answer.askedBy] ?? words.none));
}
function show(state, title, text) {
  check.dataset.state = state;
  check.querySelector('[data-title]').textContent = title;
  check.querySelector('[data-text]').textContent = text;
  check.querySelector('button').hidden = state === 'busy';
}
check.querySelector('button').addEventListener('click', look);
look();
`;
