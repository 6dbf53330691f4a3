export {
  DISCOVERY_STATIONS,
  MLOPS_STATIONS,
  Station,
} from '../../../../preload/contract/records/work'
