// Each lesson is a policy and a request, with what becomes of it: 'read', 'blocked', or 'refused' at startup.

const json = 'Content-Type: application/json'
const note = JSON.stringify({ text: 'Hello again' })

/** So that each try shows its preflight: browsers remember the answer for as long as this says. */
const maxAge = 0

/** @param {string[]} pages the origin of the page, and the other one */
export const lessons = ([page, other]) => [
  {
    title: 'A policy that works',
    text: 'The policy names the origin of this page, the answer repeats it, and so the browser hands the answer over.',
    options: { origin: [page], maxAge },
    request: { path: '/notes' },
    expected: 'read'
  },
  {
    title: 'Refused, yet carried out',
    text: 'The other origin is not on the list. But a form could send this text as well, so the browser asks nobody first, and the API stores the note: CORS hides an answer, it protects nothing from being done.',
    options: { origin: [page], maxAge },
    request: { from: other, method: 'POST', path: '/notes', headers: 'Content-Type: text/plain', body: 'Sent as a form could' },
    expected: 'blocked'
  },
  {
    title: 'Wrong scheme',
    text: 'An origin is a scheme, a host and a port, and all three count: this page comes over http:, the policy says https:.',
    options: { origin: [page.replace('http:', 'https:')], maxAge },
    request: { path: '/notes' },
    expected: 'blocked'
  },
  {
    title: 'Wrong port',
    text: 'The host is right, the port is that of another development server.',
    options: { origin: ['http://localhost:8080'], maxAge },
    request: { path: '/notes' },
    expected: 'blocked'
  },
  {
    title: 'Authorization not allowed',
    text: 'A header that no form could send has to be allowed by name. The browser asks in a preflight, misses the name in the answer, and never sends the request itself.',
    options: { origin: [page], maxAge },
    request: { path: '/notes', headers: 'Authorization: Bearer demo' },
    expected: 'blocked'
  },
  {
    title: 'PUT, which nobody listed',
    text: "The policy lists no methods: the plugin sees that /notes/1 has PUT and DELETE, and says so in the preflight. Add methods: ['GET'] to the policy and send again.",
    options: { origin: [page], maxAge },
    request: { method: 'PUT', path: '/notes/1', headers: json, body: note },
    expected: 'read'
  },
  {
    title: 'Cookies without credentials',
    text: 'The page asks for cookies to go along, but the policy does not allow them. The API even counts the visit; the page may not read the count.',
    options: { origin: [page], maxAge },
    request: { path: '/visits', credentials: 'include' },
    expected: 'blocked'
  },
  {
    title: "'*' with credentials",
    text: 'Any origin, with the cookies of the person in front of the browser: browsers refuse it, so the plugin does already at startup. The API never runs with it.',
    options: { origin: '*', credentials: true, maxAge },
    request: { path: '/visits', credentials: 'include' },
    expected: 'refused'
  },
  {
    title: 'A header the page cannot see',
    text: "The answer has X-Total-Count, and the page may read the answer, but of its headers only the few that are safe and those that exposedHeaders names. Add exposedHeaders: ['X-Total-Count'] and send again.",
    options: { origin: [page], maxAge },
    request: { path: '/notes' },
    expected: 'read'
  },
  {
    title: 'A route without CORS',
    text: 'The route /internal has config.cors: false: no page of another origin may read it, whatever the policy of its surroundings is.',
    options: { origin: [page], maxAge },
    request: { path: '/internal' },
    expected: 'blocked'
  },
  {
    title: '401 on the preflight',
    text: 'Authentication that comes before the plugin answers the preflight, and a preflight never carries a token. The policy is right, only the order is wrong.',
    options: { origin: [page], allowedHeaders: ['Authorization'], maxAge },
    authentication: 'before',
    request: { path: '/notes', headers: 'Authorization: Bearer demo' },
    expected: 'blocked'
  }
]
