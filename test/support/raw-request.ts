import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { judge } from '../../lib/fetch/cors-fetch.js'
import type { Header, HeaderList } from '../../lib/fetch/header-list.js'
import type { FetchRequest, HttpResponse } from '../../lib/fetch/request.js'
import type { Verdict } from '../../lib/fetch/verdict.js'

/** Sends just these bytes to a listening application, each a character: what HTTP clients would correct or refuse. */
export async function rawRequest (app: FastifyInstance, method: string, target: string, headers: HeaderList): Promise<HttpResponse> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  const lines = [`${method} ${target} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`), 'connection: close', '', '']
  socket.write(lines.join('\r\n'), 'latin1')
  let text = ''
  socket.setEncoding('latin1').on('data', chunk => { text += chunk })
  await once(socket, 'close')
  const [status = '', ...fields] = (text.split('\r\n\r\n')[0] as string).split('\r\n')
  return {
    status: Number(status.split(' ')[1]),
    headers: fields.map((field): Header => {
      const colon = field.indexOf(':')
      return [field.slice(0, colon), field.slice(colon + 1).trim()]
    })
  }
}

/** Does what a browser does with a page's request, on a listening application, whatever host the URL names. */
export async function browse (app: FastifyInstance, request: FetchRequest): Promise<Verdict> {
  const responses: HttpResponse[] = []
  for (;;) {
    const state = judge(request, responses)
    if (state.outcome !== 'pending') return state
    const { method, url, headers, credentials, kind } = state.next
    const { host, pathname, search } = new URL(url)
    const cookies: HeaderList = credentials && kind === 'actual' ? [['cookie', 'a=b']] : []
    responses.push(await rawRequest(app, method, pathname + search, [['host', host], ...headers, ...cookies]))
  }
}
