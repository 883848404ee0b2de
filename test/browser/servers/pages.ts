import { readFile } from 'node:fs/promises'
import { createServer as createHttp, type RequestListener, type Server } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { Certificate } from './certificate.js'
import { closeServer, listen } from './listen.js'
import type { Recorder } from './recorder.js'

/** The pages that requests come from. */
export type PageName = 'localhost' | 'address' | 'subdomain' | 'secure' | 'sandboxed'

export interface Page {
  readonly name: PageName
  /** As the browser serialises it. */
  readonly origin: string
  readonly url: string
}

export interface Pages {
  readonly all: readonly Page[]
  readonly get: (name: PageName) => Page
  close (): Promise<void>
}

/** Serves the same page from several origins, and inside a sandboxed frame, whose origin is `null`. */
export async function startPages (certificate: Certificate, recorder: Recorder): Promise<Pages> {
  const script = await readFile(new URL('../page/page.js', import.meta.url), 'utf8')
  const answer: RequestListener = (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost')
    const [type, body] = pathname === '/page.js'
      ? ['text/javascript', script]
      : pathname === '/page' || pathname === '/frame'
        ? ['text/html', '<!doctype html><title>page</title><body><script src="/page.js"></script>']
        : ['text/plain', "of the page's own origin"]
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'x-own': 'own', 'cache-control': 'no-store' }).end(body)
  }
  const http: Server = createHttp(answer)
  const https: Server = createHttps(certificate, answer)
  const httpPort = await listen(http)
  const httpsPort = await listen(https)
  recorder.attach(http, () => 'http://localhost')
  recorder.attach(https, () => 'https://localhost')

  const at = (name: PageName, origin: string): Page => ({ name, origin, url: `${origin}/page` })
  const all: readonly Page[] = [
    at('localhost', `http://localhost:${httpPort}`),
    at('address', `http://127.0.0.1:${httpPort}`),
    at('subdomain', `http://x.localhost:${httpPort}`),
    at('secure', `https://localhost:${httpsPort}`),
    { name: 'sandboxed', origin: 'null', url: `http://localhost:${httpPort}/frame` }
  ]
  return {
    all,
    get: name => all.find(page => page.name === name) as Page,
    close: async () => { await Promise.all([closeServer(http), closeServer(https)]) }
  }
}
