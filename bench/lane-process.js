import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const LANE = fileURLToPath(new URL('lane.js', import.meta.url))

/** The parent's end of lane.js. */
export class LaneProcess {
  #child

  constructor (lane) {
    this.lane = lane
    this.#child = fork(LANE, [JSON.stringify(lane)])
    this.ready = this.#reply()
  }

  async ask (command, parameters = {}) {
    const reply = this.#reply()
    this.#child.send({ command, ...parameters })
    return await reply
  }

  async stop () {
    if (this.#child.exitCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.disconnect()
    await exit
  }

  /** @throws Error if the process ends first: what was wrong is on stderr */
  async #reply () {
    const done = new AbortController()
    const { signal } = done
    try {
      return await Promise.race([
        once(this.#child, 'message', { signal }).then(([message]) => message),
        once(this.#child, 'exit', { signal }).then(([status]) => {
          throw new Error(`the process for ${Object.values(this.lane).join(', ')} ended with ${status}`)
        })
      ])
    } finally {
      done.abort()
    }
  }
}

/** Starts a process for each lane, does something with them, and ends them whatever happens. */
export async function withLanes (lanes, use) {
  const processes = lanes.map(lane => new LaneProcess(lane))
  try {
    const started = await Promise.allSettled(processes.map(process => process.ready))
    const failed = started.find(({ status }) => status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return await use(processes)
  } finally {
    await Promise.allSettled(processes.map(process => process.stop()))
  }
}
