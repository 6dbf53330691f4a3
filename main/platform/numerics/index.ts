export { loadSpecialFunctions } from './cephes'
