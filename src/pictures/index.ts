export type {
  CategoryColour,
  Colour,
  Drawing,
  GroupShape,
  ImageShape,
  PathShape,
  Point,
  RectShape,
  Shape,
  TextShape,
} from './drawing.ts'
export type { Picture, PictureOptions, PngOptions } from './picture.ts'
export type { Theme } from './theme.ts'
