/** A line piece between two places, in columns and rows of a grid. */
export type Piece = readonly [from: readonly [number, number], to: readonly [number, number]]

/** Where the level is crossed between two values, as a part of the way. */
const crossing = (a: number, b: number, level: number): number => (level - a) / (b - a)

/**
 * The line along which a grid [rows, cols] has a value, in pieces: each cell of four neighbours has none, one or two, whose ends lie
 * between neighbours in proportion (marching squares, Lorensen and Cline 1987 in the plane). Cells with values that are not finite have
 * none.
 */
export const isoline = (
  grid: ArrayLike<number>,
  [rows, cols]: readonly [number, number],
  level: number,
): readonly Piece[] => {
  const at = (row: number, col: number): number => grid[row * cols + col] as number
  const pieces: Piece[] = []
  for (let row = 0; row + 1 < rows; row++)
    for (let col = 0; col + 1 < cols; col++) {
      const corners = [at(row, col), at(row, col + 1), at(row + 1, col + 1), at(row + 1, col)] as const
      if (!corners.every(Number.isFinite)) continue
      const [a, b, c, d] = corners
      const edges: readonly (readonly [number, number, () => readonly [number, number]])[] = [
        [a, b, () => [col + crossing(a, b, level), row]],
        [b, c, () => [col + 1, row + crossing(b, c, level)]],
        [d, c, () => [col + crossing(d, c, level), row + 1]],
        [a, d, () => [col, row + crossing(a, d, level)]],
      ]
      const ends = edges.flatMap(([from, to, place]) => (from >= level !== to >= level ? [place()] : []))
      const [first, second, third, fourth] = ends
      if (first === undefined || second === undefined) continue
      if (third === undefined || fourth === undefined) pieces.push([first, second])
      // A saddle: its middle says which corners are joined.
      else if ((a + b + c + d) / 4 >= level === a >= level) pieces.push([first, second], [third, fourth])
      else pieces.push([first, fourth], [second, third])
    }
  return pieces
}
