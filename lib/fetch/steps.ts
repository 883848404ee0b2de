import type { Failure } from './failure.js'

/** A step of the standard's algorithm as it went for one request. */
export interface Step {
  /** The section of the Fetch standard, as the fragment of its URL. */
  readonly section: string
  readonly passed: boolean
  /** What was looked at and what was found, in one sentence. */
  readonly text: string
}

/** The steps that were gone, in order. A check adds to them, and says why it failed if it did. */
export class Steps {
  readonly list: Step[] = []
  #section = ''

  /** Opens a section of the standard; the steps that follow belong to it. */
  enter (section: string): void {
    this.#section = section
  }

  pass (text: string): undefined {
    this.list.push({ section: this.#section, passed: true, text })
  }

  fail (text: string, failure: Failure): Failure {
    this.list.push({ section: this.#section, passed: false, text })
    return failure
  }
}
