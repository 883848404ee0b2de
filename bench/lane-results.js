import { BARE } from './cases.js'
import { median, summarize } from './statistics.js'

/**
 * What the lanes of a group took. Whatever is compared is compared within a round, whose lanes ran at about the same
 * time; a launch has the median of its rounds, and the result is the median of the launches.
 */
export class LaneResults {
  /** By launch, then by lane: the rounds. */
  #launches = []

  constructor (lanes, launches = []) {
    this.lanes = lanes
    this.#launches = launches
  }

  add (launch, lane, { cpu, wall }) {
    this.#launches[launch] ??= this.lanes.map(() => [])
    this.#launches[launch][lane].push({ cpu, wall })
  }

  /** Nanoseconds of a request. */
  whole (lane, clock = 'cpu') {
    return summarize(this.#wholes(lane, clock))
  }

  /** Nanoseconds over bare Fastify with the same request. */
  overhead (lane) {
    return summarize(this.#overheads(lane))
  }

  /** How many times another lane's overhead. */
  overheadRatio (lane, other) {
    return ratio(this.#overheads(lane), this.#overheads(other))
  }

  /** How many times another lane's whole request. */
  wholeRatio (lane, other) {
    return ratio(this.#wholes(lane, 'cpu'), this.#wholes(other, 'cpu'))
  }

  /** @throws Error if the group has no such lane */
  find (contender, configuration, request) {
    const lane = this.lanes.find(lane => lane.contender === contender &&
      (configuration === undefined || lane.configuration === configuration) && lane.request === request)
    if (lane === undefined) throw new Error(`no lane ${contender}, ${configuration}, ${request}`)
    return lane
  }

  has (contender, configuration, request) {
    return this.lanes.some(lane => lane.contender === contender && lane.configuration === configuration && lane.request === request)
  }

  #wholes (lane, clock) {
    const index = this.lanes.indexOf(lane)
    return this.#launches.map(rounds => median(rounds[index].map(round => round[clock])))
  }

  #overheads (lane) {
    const index = this.lanes.indexOf(lane)
    const bare = this.lanes.indexOf(this.find(BARE, undefined, lane.request))
    return this.#launches.map(rounds => median(rounds[index].map((round, turn) => round.cpu - rounds[bare][turn].cpu)))
  }

  toJSON () {
    return this.lanes.map((lane, index) => ({ ...lane, launches: this.#launches.map(rounds => rounds[index]) }))
  }
}

function ratio (numbers, others) {
  return summarize(numbers.map((number, launch) => number / others[launch]))
}
