export { settingHandlers } from './handlers'
export { makeSettings, type SettingsFile, type SettingsService } from './service'
