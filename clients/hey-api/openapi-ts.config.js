export default {
  input: process.env.DOCUMENT,
  output: { path: process.env.OUTPUT, clean: true, module: { extension: ".js" } },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
};
