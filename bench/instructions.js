// Instructions of a request: they don't depend on what else the machine does. Counted as the difference between two runs
// that differ in the number of requests, so that starting and compiling fall out.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { BARE, checkedGroups } from './cases.js'

const run = promisify(execFile)
const PROCESS = fileURLToPath(new URL('instructions-process.js', import.meta.url))
/** Compiles on the main thread, at the same request in each run. */
const NODE = [process.execPath, '--single-threaded', '--predictable']

const PERF = {
  counts: [50_000, 150_000],
  command: ['perf', 'stat', '-x', ',', '-e', 'instructions:u'],
  read: stderr => stderr.match(/^(\d+),[^,]*,instructions/m)?.[1]
}
const VALGRIND = {
  // It is some fifty times slower.
  counts: [20_000, 30_000],
  command: ['valgrind', '--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null', '--smc-check=all-non-file'],
  read: stderr => stderr.match(/I\s+refs:\s+([\d,]+)/)?.[1].replaceAll(',', '')
}

/** `undefined` where the counter does not work, as perf does not in most virtual machines. */
async function count ({ command: [file, ...args], read }, command) {
  const { stderr } = await run(file, [...args, ...command]).catch(error => error)
  const number = read(stderr ?? '')
  return number === undefined ? undefined : Number(number)
}

/** @param valgrind whether to take it where perf does not work: it takes minutes a contender */
export async function countInstructions ({ valgrind }) {
  let counter = PERF
  if (await count(PERF, ['true']) === undefined) {
    if (!valgrind) return { reason: 'perf cannot count them here; --instructions counts them under valgrind, which takes a quarter of an hour or more' }
    if (await count(VALGRIND, ['true']) === undefined) return { reason: 'neither perf nor valgrind can count them here' }
    counter = VALGRIND
  }
  const counted = []
  for (const lane of Object.values(checkedGroups).flat()) {
    const totals = []
    for (const requests of counter.counts) {
      const total = await count(counter, [...NODE, PROCESS, JSON.stringify({ lane, count: requests })])
      if (total === undefined) return { reason: `${counter.command[0]} could not count ${lane.contender}` }
      totals.push(total)
    }
    counted.push({ ...lane, instructions: (totals[1] - totals[0]) / (counter.counts[1] - counter.counts[0]) })
  }
  return {
    counted: counted.map(lane => {
      const bare = counted.find(({ contender, request }) => contender === BARE && request === lane.request)
      return { ...lane, over: lane.instructions - bare.instructions, ratio: lane.instructions / bare.instructions }
    })
  }
}
