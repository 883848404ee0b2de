import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const LANE = fileURLToPath(new URL('lane.js', import.meta.url))

/** The parent's end of lane.js. */
export class LaneProcess {
  #child

  constructor (lane, execArgv) {
    this.lane = lane
    this.#child = fork(LANE, [JSON.stringify(lane)], { execArgv })
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

/**
 * Starts a process for each lane, does something with all of them, and ends them whatever happens.
 *
 * @param options.prepare what is done with each before the next is started: several that load and compile at once on a
 * few cores stay slower than others for as long as they live
 * @param options.execArgv Node's own arguments
 */
export async function withLanes (lanes, { prepare, execArgv = [] }, use) {
  const processes = []
  try {
    for (const lane of lanes) {
      const process = new LaneProcess(lane, execArgv)
      processes.push(process)
      await process.ready
      await prepare(process)
    }
    return await use(processes)
  } finally {
    await Promise.allSettled(processes.map(process => process.stop()))
  }
}
