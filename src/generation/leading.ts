// The largest of many numbers, such as the probabilities of all tokens, without ordering the others.

/**
 * The places of the largest numbers, the largest first, of equal ones the first.
 *
 * @param numbers none is NaN
 */
export const leading = (numbers: Float64Array, count: number): readonly number[] => {
  const order = (a: number, b: number): number => (numbers[b] as number) - (numbers[a] as number) || a - b
  // For many, ordering all takes no longer.
  if (4 * count >= numbers.length)
    return Array.from(numbers, (_, i) => i)
      .sort(order)
      .slice(0, count)
  // A heap: each place comes after, or is, those below it, so the first one is the least of those found.
  const heap = Array.from({ length: count }, (_, i) => i).sort((a, b) => order(b, a))
  for (let i = count; i < numbers.length; i++) {
    // Of equal ones, the first stays.
    if ((numbers[i] as number) <= (numbers[heap[0] as number] as number)) continue
    let at = 0
    for (let below = 1; below < count; below = 2 * at + 1) {
      if (below + 1 < count && order(heap[below + 1] as number, heap[below] as number) > 0) below++
      if (order(heap[below] as number, i) <= 0) break
      heap[at] = heap[below] as number
      at = below
    }
    heap[at] = i
  }
  return heap.sort(order)
}
