import type { AST } from '@eslint-community/regexpp'
import library from './library.cjs'
import type { ParsedRegExp } from './automaton.js'

/**
 * The places of a source where a `.` stands between two characters of a host, so that it was meant for a dot and
 * matches any character: `app.example\.com` matches `appxexample.com`. A repeated one (`.*`, `.{2}`) is meant for what it is.
 */
export function unescapedDots ({ pattern }: ParsedRegExp): number[] {
  const dots: number[] = []
  library.regexpp().visitRegExpAST(pattern, {
    onCharacterSetEnter (node) {
      if (node.kind === 'any' && isHostPart(neighbour(node, -1), -1) && isHostPart(neighbour(node, 1), 1)) dots.push(node.start)
    }
  })
  return dots
}

/** What stands before (-1) or after (1) a node, out of the groups that it begins or ends. */
function neighbour (node: AST.Element, side: -1 | 1): AST.Element | undefined {
  const { parent } = node
  // A quantifier repeats the node, as does one around a group of nothing else: `.*` and `(.)*` are meant.
  if (parent?.type !== 'Alternative' || parent.elements.length === 1) return undefined
  const beside = parent.elements[parent.elements.indexOf(node) + side]
  if (beside !== undefined) return beside
  const group = parent.parent
  if (group.type !== 'Group' && group.type !== 'CapturingGroup') return undefined
  const outer = group.parent.type === 'Quantifier' ? group.parent : group
  return neighbour(outer, side)
}

/** Whether the near end of an element can only be a letter or a digit, or one of the characters of a label. */
function isHostPart (element: AST.Element | undefined, side: -1 | 1): boolean {
  switch (element?.type) {
    case 'Character':
      return /[a-z0-9]/i.test(String.fromCodePoint(element.value))
    case 'CharacterSet':
      return !('negate' in element && element.negate) && (element.kind === 'word' || element.kind === 'digit')
    case 'CharacterClass':
      return !element.negate && /^\[(?:\\[wd]|[a-z0-9_-])+\]$/i.test(element.raw)
    case 'Quantifier':
      return isHostPart(element.element, side)
    case 'Group':
    case 'CapturingGroup':
      return element.alternatives.every(({ elements }) => isHostPart(elements.at(side === 1 ? 0 : -1), side))
    default:
      return false
  }
}
