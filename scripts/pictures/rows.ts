import { charts } from './charts.ts'
import { diagrams } from './diagrams.ts'
import { ofImages } from './images.ts'
import type { GalleryRow } from './row.ts'

/** All pictures of docs/pictures.md. */
export const rows: readonly GalleryRow[] = [...charts, ...diagrams, ...ofImages]
