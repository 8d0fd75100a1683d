export { join } from 'joinery'
