export { memberForm } from './forms'
export { DirectoryPanel } from './DirectoryPanel'
export { PeoplePanel } from './PeoplePanel'
export { Suggestions } from './Suggestions'
