// Tables in Markdown, so that they can go into the documentation as they are. Ratios first.
import { BARE, FLOOR, PEER } from './cases.js'

function table (heads, rows) {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map(row => row[column].length)))
  const line = cells => `| ${cells.map((cell, column) => column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])).join(' | ')} |`
  const rule = `|${widths.map((width, column) => '-'.repeat(width + 1) + (column === 0 ? '-' : ':')).join('|')}|`
  return [line(heads), rule, ...rows.map(line)].join('\n')
}

function plusMinus ({ median, spread }, digits) {
  return `${median.toFixed(digits)} ± ${spread.toFixed(digits)}`
}

const times = ratio => `${plusMinus(ratio, 2)} ×`

export function environmentTable ({ packages, ...machine }) {
  return [
    ...Object.entries(machine).map(([name, value]) => `${name}: ${value}`),
    `packages: ${Object.entries(packages).map(pair => pair.join(' ')).join(', ')}`
  ].map(line => `- ${line}`).join('\n')
}

export function goalsTable (goals) {
  return table(['goal', 'at most', 'measured', ''], goals.map(({ name, limit, verdict, measured, spread }) =>
    [name, String(limit), plusMinus({ median: measured, spread }, 2), verdict]))
}

/** Overheads are compared with the floor's and @fastify/cors's of the same configuration and request, where there are such. */
export function groupTable (results) {
  return table(
    ['contender, configuration, request', '/ floor', '/ @fastify/cors', 'whole / bare', 'overhead, ns', 'whole, ns'],
    results.lanes.map(lane => [
      `${lane.contender}, ${lane.configuration}, ${lane.request}`,
      comparison(results, lane, FLOOR),
      comparison(results, lane, PEER),
      times(results.wholeRatio(lane, results.find(BARE, undefined, lane.request))),
      lane.contender === BARE ? '' : plusMinus(results.overhead(lane), 0),
      plusMinus(results.whole(lane), 0)
    ]))
}

function comparison (results, lane, contender) {
  const comparable = lane.contender !== BARE && lane.contender !== contender
  return comparable && results.has(contender, lane.configuration, lane.request)
    ? times(results.overheadRatio(lane, results.find(contender, lane.configuration, lane.request)))
    : ''
}

export function httpTable (lanes) {
  return table(
    ['contender, request', 'CPU / bare', 'throughput / bare', 'CPU, µs', 'requests/s'],
    lanes.map(({ contender, request, cpu, cpuRatio, throughput, throughputRatio }) => [
      `${contender}, ${request}`, times(cpuRatio), times(throughputRatio),
      plusMinus({ median: cpu.median / 1e3, spread: cpu.spread / 1e3 }, 1), plusMinus(throughput, 0)
    ]))
}

export function startupTable (variants) {
  return table(['with', '/ without', 'over it, ms', 'ms', 'modules'], variants.map(({ variant, ratio, over, milliseconds, modules }) =>
    [variant, times(ratio), plusMinus(over, 1), plusMinus(milliseconds, 1), String(modules ?? '')]))
}

export function memoryTable (points) {
  return table(['requests', 'heap, KiB'], points.map(({ requests, heap }) => [requests.toLocaleString('en'), (heap / 1024).toFixed(0)]))
}

export function instructionsTable (lanes) {
  return table(['contender, request', '/ bare', 'over it', 'instructions'], lanes.map(({ contender, request, instructions, over, ratio }) =>
    [`${contender}, ${request}`, `${ratio.toFixed(3)} ×`, over.toFixed(0), instructions.toFixed(0)]))
}
