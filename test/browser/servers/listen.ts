import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Every server listens on 127.0.0.1, where `localhost` and its subdomains lead as well.
 *
 * @returns the port
 */
export async function listen (server: Server): Promise<number> {
  // Longer than any run: a connection that the server closes while a browser reuses it makes the browser repeat itself.
  server.keepAliveTimeout = 600_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

export async function closeServer (server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
