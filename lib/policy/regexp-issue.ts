import { anchorRegExp, inspectRegExp, type RegExpFault, type RegExpRisk } from '../origin/regexp.js'
import { escapeDots, patternsFor, requireTls, type Proposal } from '../origin/regexp-advice.js'
import { show, type CorsIssue } from './issue.js'
import type { ListItem } from './list-option.js'
import type { DangerousAllowance } from './options.js'

/** What the rules for origins depend on besides the origin. */
export interface OriginRules {
  readonly credentials: boolean
  readonly allowances: ReadonlySet<DangerousAllowance>
}

type AcceptsTexts = (texts: readonly string[], rules: OriginRules) => boolean

/** The longest RegExp that a hint shows: one that were cut short could not be written instead. */
const MAX_PROPOSED_LENGTH = 200

/** What is wrong with a RegExp; of its risks those that nothing allows. */
export function regExpIssues (
  { value, path }: ListItem<RegExp>, anchored: RegExp, rules: OriginRules, acceptsTexts: AcceptsTexts
): CorsIssue[] {
  const propose = (proposals: () => Proposal[]): string | undefined => {
    const proposal = proposals().find(each => each instanceof RegExp ? acceptsRegExp(each, rules) : acceptsTexts(each, rules))
    return proposal === undefined ? undefined : `write ${write(proposal)}`
  }
  const { faults, risks } = findings(anchored, rules)
  return [
    ...faults.map(fault => faultIssue(value, path, fault, propose)),
    // What is wrong in itself comes first: its correction has risks of its own, or none.
    ...(faults.length > 0 ? [] : risks.map(risk => riskIssue(value, path, risk, propose)))
  ]
}

function findings (anchored: RegExp, { credentials, allowances }: OriginRules) {
  const { faults, risks } = inspectRegExp(anchored, credentials)
  return {
    faults,
    risks: risks.filter(({ kind }) => !(kind === 'public-suffix' && allowances.has('public-suffixes')) &&
      !(kind === 'insecure' && allowances.has('insecure-origins')))
  }
}

function acceptsRegExp (regexp: RegExp, rules: OriginRules): boolean {
  const { faults, risks } = findings(anchorRegExp(regexp), rules)
  return faults.length === 0 && risks.length === 0 && regexp.source.length <= MAX_PROPOSED_LENGTH && /^[ -~]*$/.test(regexp.source)
}

function write (proposal: Proposal): string {
  if (proposal instanceof RegExp) return `/${proposal.source}/${proposal.flags}`
  return proposal.length === 1 ? JSON.stringify(proposal[0]) : `[${proposal.map(text => JSON.stringify(text)).join(', ')}]`
}

type Propose = (proposals: () => Proposal[]) => string | undefined

const IN_GENERAL = "write a pattern, for example 'https://*.example.com', or list the origins"

function faultIssue (regexp: RegExp, path: string, fault: RegExpFault, propose: Propose): CorsIssue {
  switch (fault.kind) {
    case 'unescaped-dot':
      return {
        code: 'UNESCAPED_DOT',
        path,
        message: `${show(regexp)} has a . between characters of a host, which matches any character, so that other hosts match too`,
        hint: propose(() => [escapeDots(regexp, fault.offsets), ...patternsFor(regexp)]) ??
          'write \\. for a dot, and [a-z0-9-] for any character of a label'
      }
    case 'unmatchable':
      return {
        code: 'UNMATCHABLE_REGEXP',
        path,
        message: `${show(regexp)} would never match: a RegExp is held against the whole origin, scheme://host[:port], as if between ^ and $`,
        hint: propose(() => patternsFor(regexp)) ?? IN_GENERAL
      }
    case 'backtracking':
      return {
        code: 'UNSAFE_REGEXP',
        path,
        message: `${show(regexp)} can be read in so many ways that an origin of a few hundred characters would keep the server busy (https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS)`,
        hint: propose(() => patternsFor(regexp)) ?? IN_GENERAL
      }
  }
}

function riskIssue (regexp: RegExp, path: string, risk: RegExpRisk, propose: Propose): CorsIssue {
  switch (risk.kind) {
    case 'stranger':
      return {
        code: 'ANY_ORIGIN_WITH_CREDENTIALS',
        path,
        message: `${show(regexp)} matches origins that anybody can have, and with credentials: true would let every web site act as the user who is logged in: one is ${show(risk.example)}`,
        hint: propose(() => patternsFor(regexp)) ??
          "list the origins of your front ends, for example ['https://app.example.com', 'https://*.example.com'], or write credentials: false"
      }
    case 'public-suffix':
      return {
        code: 'PUBLIC_SUFFIX_WITH_CREDENTIALS',
        path,
        message: `${show(regexp)} also matches ${show(risk.example)}: anybody can get a name under ${show(risk.suffix)} (https://publicsuffix.org), and its pages would act as the user`,
        hint: `name your own hosts, for example ${JSON.stringify(`https://my-app.${risk.suffix}`)}, or write dangerouslyAllow: ['public-suffixes']`
      }
    case 'insecure':
      return {
        code: 'INSECURE_ORIGIN_WITH_CREDENTIALS',
        path,
        message: `${show(regexp)} matches ${show(risk.example)}, which has no TLS: whoever is on the network can put a script into its pages and act as the user`,
        hint: `${propose(() => [requireTls(regexp), ...patternsFor(regexp)]) ?? 'match https: only'}, or write dangerouslyAllow: ['insecure-origins']`
      }
  }
}
