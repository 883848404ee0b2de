import { readdirSync, readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { waitFor } from '../wait.js'
import type { Marker } from './engine.js'

const NAME = 'CORS_BROWSER_SUITE'

export function createMarker (): Marker {
  return { name: NAME, value: randomUUID() }
}

/** The processes that this run started and that still are there: whoever has its marker in the environment. */
export function leftProcesses ({ name, value }: Marker): readonly number[] {
  return readdirSync('/proc').filter(entry => /^\d+$/.test(entry)).map(Number).filter(id => {
    try {
      return readFileSync(`/proc/${id}/environ`, 'latin1').split('\0').includes(`${name}=${value}`)
    } catch {
      return false // It has ended, or is another user's.
    }
  })
}

/** Ends what is left, at once: for the way out, where nothing can be awaited. */
export function killLeftProcesses (marker: Marker): void {
  for (const id of leftProcesses(marker)) {
    try {
      process.kill(id, 'SIGKILL')
    } catch {
      // It was quicker.
    }
  }
}

/** What is still there when a browser was closed and had its time to end. */
export async function processesAfterClose (marker: Marker): Promise<readonly number[]> {
  await waitFor(() => leftProcesses(marker).length === 0, 10_000).catch(() => {})
  return leftProcesses(marker)
}
