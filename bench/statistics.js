export function median (numbers) {
  const sorted = [...numbers].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** A median with its spread: the median absolute deviation, which a few disturbed values do not move. */
export function summarize (numbers) {
  const middle = median(numbers)
  return { median: middle, spread: median(numbers.map(number => Math.abs(number - middle))) }
}
