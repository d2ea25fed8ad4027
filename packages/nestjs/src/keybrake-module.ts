import { ConfigurableModuleBuilder, Module } from "@nestjs/common";
import { APP_FILTER } from "@nestjs/core";
import { KEYBRAKE_MODULE_OPTIONS, type KeybrakeModuleOptions } from "./keybrake-module-options.ts";
import { RefusalFilter } from "./refusal-filter.ts";
import { VaultKeyService } from "./vault-key-service.ts";

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<KeybrakeModuleOptions>({
  optionsInjectionToken: KEYBRAKE_MODULE_OPTIONS,
})
  .setClassMethodName("forRoot")
  .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
  .build();

/**
 * What `@UseVaultKey` needs: the client, `VaultKeyService`, and the filter that answers refusals. Import it once, in
 * the root module: it is global unless `isGlobal` is `false`.
 *
 * @example
 * @Module({ imports: [KeybrakeModule.forRoot({})] })
 * class AppModule {}
 *
 * @example
 * KeybrakeModule.forRootAsync({
 *   inject: [ConfigService],
 *   useFactory: (config: ConfigService) => ({ client: createKeybrake({ token: config.getOrThrow("KEYBRAKE_TOKEN") }) }),
 * });
 */
@Module({
  providers: [VaultKeyService, { provide: APP_FILTER, useClass: RefusalFilter }],
  exports: [KEYBRAKE_MODULE_OPTIONS, VaultKeyService],
})
export class KeybrakeModule extends ConfigurableModuleClass {}
