// Node's own request and response objects, without a socket and a parser: what is left is what the application does.
import { IncomingMessage, ServerResponse } from 'node:http'
import { Duplex } from 'node:stream'

/** Takes what is written, at once. One stands for a kept-alive connection. */
class Sink extends Duplex {
  remoteAddress = '127.0.0.1'
  remotePort = 50_000
  /** While it is an array: what was written. */
  written

  _read () {}

  _write (chunk, encoding, done) {
    this.written?.push(chunk)
    done()
  }
}

/**
 * How many requests share a turn of the event loop, as those of so many connections would. All in one turn would be no
 * server's: V8 then keeps much of what belongs to finished requests, more in some processes than in others.
 */
const REQUESTS_A_TURN = 10

/** Sends one request after the other to a listener. */
export class Client {
  #socket = new Sink()
  #listener
  #head
  #names
  #values
  #left = 0
  #done
  #onFinish
  #onTurn = () => { this.#next() }

  /** @param head the request, as in requests.js */
  constructor (listener, head) {
    this.#listener = listener
    this.use(head)
    const client = this
    this.#onFinish = function () {
      this.detachSocket(client.#socket)
      if (client.#left % REQUESTS_A_TURN === 0) setImmediate(client.#onTurn)
      else client.#next()
    }
  }

  use (head) {
    this.#head = head
    this.#names = head.headers.filter((_, index) => index % 2 === 0)
    this.#values = head.headers.filter((_, index) => index % 2 === 1).map(value => Buffer.from(value, 'latin1'))
  }

  /** Sends so many, each when the former is answered. */
  send (count) {
    return new Promise(resolve => {
      this.#done = resolve
      this.#left = count
      this.#next()
    })
  }

  /** Sends one, and resolves to what it was answered. */
  async record () {
    this.#socket.written = []
    await this.send(1)
    const written = Buffer.concat(this.#socket.written).toString('latin1')
    this.#socket.written = undefined
    return written
  }

  #next () {
    if (this.#left-- === 0) {
      this.#done()
      return
    }
    const request = new IncomingMessage(this.#socket)
    request.httpVersion = '1.1'
    request.httpVersionMajor = 1
    request.httpVersionMinor = 1
    request.method = this.#head.method
    request.url = this.#head.url
    // As the parser does it: an object is made of them when they are first looked at.
    const lines = this.#lines()
    request._addHeaderLines(lines, lines.length)
    request.complete = true

    const response = new ServerResponse(request)
    response.shouldKeepAlive = true
    response.assignSocket(this.#socket)
    response.on('finish', this.#onFinish)
    this.#listener(request, response)
  }

  /** Each request has strings of its own, as off the wire: a string used twice would have its hash already. */
  #lines () {
    const lines = []
    for (let index = 0; index < this.#names.length; index++) {
      lines.push(this.#names[index], this.#values[index].latin1Slice())
    }
    return lines
  }
}
