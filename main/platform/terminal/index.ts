export { aside, askingOn, isWatched, print, printJson, table } from './terminal'
