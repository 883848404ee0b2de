// What the page sends, and why the browser lets it read the answer or blocks it.

const json = { 'Content-Type': 'application/json' }

const notAllowed = 'The API answered, but without an Access-Control-Allow-Origin for this page, so the browser keeps the answer to itself.'
const notAsked = 'The browser asked first, with a preflight. The API answered 403, so the request itself was never sent.'

export const requests = [
  {
    title: 'Simple GET',
    path: '/notes',
    read: 'The answer has Access-Control-Allow-Origin with the origin of this page.',
    blocked: notAllowed
  },
  {
    title: 'GET without credentials',
    path: '/visits',
    init: { credentials: 'omit' },
    read: 'No cookie was sent and none was kept, so each visit is the first.',
    blocked: notAllowed
  },
  {
    title: 'GET with credentials',
    path: '/visits',
    init: { credentials: 'include' },
    read: 'The answer has Access-Control-Allow-Credentials: true besides the origin. The cookie was sent, and the count goes up.',
    blocked: notAllowed
  },
  {
    title: 'Plain text POST',
    path: '/notes',
    init: { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: 'Sent as a form could' },
    read: 'An old-fashioned form could send this too, so the browser does not ask first.',
    blocked: 'An old-fashioned form could send this too, so the browser did not ask first. The API stored the note: CORS only hides the answer, it protects nothing from being done.'
  },
  {
    title: 'JSON POST',
    path: '/notes',
    init: { method: 'POST', headers: json, body: JSON.stringify({ text: 'Sent as JSON' }) },
    preflight: true,
    read: 'No form can send JSON, so the browser asked first, with a preflight, and the API allowed Content-Type.',
    blocked: notAsked
  },
  {
    title: 'PUT with credentials',
    path: '/notes/1',
    init: { method: 'PUT', headers: json, body: JSON.stringify({ text: 'Hello again' }), credentials: 'include' },
    preflight: true,
    read: 'The answer to the preflight lists PUT, because the API has a PUT route at this URL. The preflight itself carries no cookie.',
    blocked: notAsked
  },
  {
    title: 'DELETE',
    path: '/notes/1',
    init: { method: 'DELETE' },
    preflight: true,
    read: 'The answer to the preflight lists DELETE, because the API has a DELETE route at this URL.',
    blocked: notAsked
  },
  {
    title: 'GET with a header that is not allowed',
    path: '/notes',
    init: { headers: { 'X-Debug': 'yes' } },
    preflight: true,
    blocked: 'The browser asked first, with a preflight. The answer does not list X-Debug, which allowedHeaders does not name, so the request itself was never sent.'
  },
  {
    title: 'GET of a public route',
    path: '/status',
    read: "This route has its own policy, origin: '*': any page may read it, without credentials."
  }
]
