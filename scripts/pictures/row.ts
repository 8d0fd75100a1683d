import type { Picture } from '../../src/display.ts'

/** A picture of the gallery. */
export interface GalleryRow {
  /** Of its file. */
  readonly name: string
  /** `svg` for what is the same text on any machine. */
  readonly format: 'svg' | 'png'
  /** Pixels for each unit, of a `png`; as `save` has it, if it is left out. */
  readonly scale?: number
  readonly make: () => Picture | Promise<Picture>
}
