import type { Picture } from '../../src/display.ts'

/** A picture of the gallery. */
export interface GalleryRow {
  /** Of its file. */
  readonly name: string
  /** `svg` for what is the same text on any machine. */
  readonly format: 'svg' | 'png'
  readonly make: () => Picture | Promise<Picture>
}
