// What is sent: the heads of requests, as Node hands them to an application.

/** The page's origin. Wherever a configuration lists several, this one is in the middle. */
export const ORIGIN = 'https://app.t50.example.com'
const REFUSED = 'https://app.example.net'
const KIB = 1024

/** What Chromium sends with a fetch(). */
const BROWSER = [
  'Host', 'api.example.org',
  'Connection', 'keep-alive',
  'sec-ch-ua-platform', '"Linux"',
  'User-Agent', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Accept', '*/*',
  'Sec-Fetch-Site', 'cross-site',
  'Sec-Fetch-Mode', 'cors',
  'Sec-Fetch-Dest', 'empty',
  'Accept-Encoding', 'gzip, deflate, br, zstd',
  'Accept-Language', 'en-US,en;q=0.9'
]

function actual (origin) {
  return { method: 'GET', url: '/resource', headers: [...BROWSER, ...(origin === undefined ? [] : ['Origin', origin])] }
}

function preflight (origin, requestedHeaders = 'authorization') {
  const asked = ['Access-Control-Request-Method', 'PUT', 'Access-Control-Request-Headers', requestedHeaders]
  return { method: 'OPTIONS', url: '/resource', headers: [...BROWSER, 'Origin', origin, ...asked] }
}

export const requests = {
  actual: actual(ORIGIN),
  'actual, no Origin': actual(undefined),
  'actual, refused': actual(REFUSED),
  'actual, 16 KB Origin': actual(`https://${'a.'.repeat(8 * KIB - 20)}t50.example.com`),
  preflight: preflight(ORIGIN),
  'preflight, refused': preflight(REFUSED),
  'preflight, 16 KB of commas': preflight(ORIGIN, ','.repeat(16 * KIB)),
  'preflight, 500 names': preflight(ORIGIN, Array.from({ length: 500 }, (_, index) => `x-${index}`).join(','))
}
