export type { Picture, PictureOptions, PngOptions } from './picture.ts'
export type { Theme } from './theme.ts'
