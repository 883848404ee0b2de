// Whether requests leave anything behind: the heap after garbage collection, while every request has another origin.
import { runFresh } from './fresh-process.js'

/** @returns {Promise<{requests: number, heap: number}[]>} bytes, at several points */
export async function measureMemory (requests) {
  return await runFresh('memory-process.js', { requests }, ['--expose-gc'])
}
