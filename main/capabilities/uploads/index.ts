export { uploadHandlers } from './handlers'
export { Uploads, type ArrivedFile, type OwnedUpload, type UploadSource } from './uploads'
