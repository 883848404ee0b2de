// What the page shows, as elements. Text only ever becomes text.

/** Headers that matter to CORS; the others are there to unfold. */
const TELLING = /^(origin|vary|cookie|set-cookie|authorization|content-type|x-.*|location|access-control-.*)$/

export function element (name, properties, ...children) {
  const created = Object.assign(document.createElement(name), properties)
  created.append(...children.filter(child => child !== undefined && child !== ''))
  return created
}

export const paragraph = (text, className = '') => element('p', { className }, text)
const block = text => element('pre', {}, text)
const badge = (kind, text) => element('p', { className: `badge ${kind}` }, text)
const sentence = text => `${text[0].toUpperCase()}${text.slice(1)}.`
const lines = headers => headers.map(([name, value]) => `${name}: ${value}`).join('\n')

/** What startup validation says. */
export function issues (found) {
  if (found.length === 0) return [paragraph('✓ The plugin starts with this policy.', 'good')]
  return [
    paragraph(`✗ The plugin refuses to start: ${found.length === 1 ? 'one mistake' : `${found.length} mistakes`}.`, 'bad'),
    element('ul', {}, ...found.map(({ path, message, hint }) => element('li', {},
      path === '' ? '' : element('code', {}, path), path === '' ? '' : ' ', message,
      hint === undefined ? '' : element('span', { className: 'hint' }, `→ ${hint}`)
    )))
  ]
}

/** What a page can know. */
export function browserView ({ error, status, statusText, headers, body }) {
  if (error !== undefined) {
    return [
      badge('bad', '✗ Blocked'),
      block(error),
      paragraph('That is all the page gets to know, on purpose. The reason stands in the console.')
    ]
  }
  return [
    badge('good', '✓ Readable'),
    block(`${status} ${statusText}`.trim()),
    element('h3', {}, 'Headers that the page can see'),
    headers.length === 0 ? paragraph('None.') : block(lines(headers)),
    element('h3', {}, 'Body'),
    body === '' ? paragraph('Empty.') : block(body)
  ]
}

/** What really arrived at the server, and what it answered. */
export function serverView (exchanges, preflightExpected) {
  const isPreflight = ({ method, headers }) => method === 'OPTIONS' && headers.some(([name]) => name === 'access-control-request-method')
  const views = exchanges.map(({ request, response }) => element('div', { className: 'exchange' },
    element('h3', {}, isPreflight(request) ? 'Preflight' : 'Request'),
    headersView(`${request.method} ${request.url}`, request.headers),
    response === undefined ? paragraph('No answer was recorded.') : headersView(`→ ${response.status}`, response.headers)
  ))
  if (preflightExpected && exchanges.length > 0 && !exchanges.some(({ request }) => isPreflight(request))) {
    views.unshift(paragraph('No preflight arrived: the browser remembers the answer to an earlier one, for as long as maxAge allows.'))
  }
  if (exchanges.length === 1 && preflightExpected && isPreflight(exchanges[0].request)) {
    views.push(paragraph('The request itself was never sent.'))
  }
  return views.length === 0 ? [paragraph('Nothing arrived.')] : views
}

function headersView (start, headers) {
  const telling = headers.filter(([name]) => TELLING.test(name))
  const others = headers.filter(([name]) => !TELLING.test(name))
  return element('div', {},
    block([start, lines(telling)].filter(Boolean).join('\n')),
    others.length === 0 ? '' : element('details', {}, element('summary', {}, others.length === 1 ? '1 other header' : `${others.length} other headers`), block(lines(others)))
  )
}

/**
 * Why it went like this.
 *
 * @param explanation of `app.cors.explain`
 * @param readable whether the browser let the page read the answer
 * @param apply what the cure's button does; none if there is nothing that the page could change
 */
export function whyView ({ verdict, refusals, consoleText, cure, steps }, readable, apply) {
  const views = [badge(verdict === 'allowed' ? 'good' : 'bad', verdict === 'allowed' ? '✓ Allowed' : '✗ Blocked')]
  if ((verdict === 'allowed') !== readable) {
    views.push(paragraph('The browser decided otherwise: it failed before CORS came in, or remembered an earlier preflight, or departs from the standard here.'))
  }
  for (const { code, message } of refusals) views.push(element('p', {}, `${message}. `, element('code', {}, code)))
  if (cure !== undefined) {
    views.push(element('h3', {}, 'The cure'), paragraph(sentence(cure.message), 'cure'))
    if (apply !== undefined) views.push(element('button', { type: 'button', id: 'cure', onclick: apply }, 'Do that, and send again'))
  }
  if (consoleText !== undefined) views.push(element('h3', {}, 'In Chromium’s console'), block(consoleText))
  const items = steps.map(({ section, passed, text }) => element('li', { className: passed ? 'good' : 'bad' },
    element('span', { className: 'mark' }, passed ? '✓' : '✗'),
    element('div', {}, `${text} `, element('a', { href: `https://fetch.spec.whatwg.org/${section}` }, section))))
  views.push(element('h3', {}, 'The steps of the Fetch standard'), element('ol', { className: 'steps' }, ...items))
  return views
}

/** Nothing was sent, since there is no server with such a policy. */
export function refusedView (message) {
  return [badge('bad', '✗ Refused at startup'), block(message)]
}
