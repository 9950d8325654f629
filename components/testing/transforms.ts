import { credentials } from "@grpc/grpc-js";
import callbackRpc from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import callbacks from "@pulumi/pulumi/proto/callback_pb.js";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb.js";
import resources from "@pulumi/pulumi/proto/resource_pb.js";
import type { RegisterResourceRequest, ResourceInvokeRequest } from "@pulumi/pulumi/proto/resource_pb.js";

type Client = InstanceType<typeof callbackRpc.CallbacksClient>;

/** Runs a program's transforms, which live in the program and are called back over gRPC. */
export class Transforms {
  readonly #clients = new Map<string, Client>();
  readonly #ofResource = new Map<string, { callbacks: Callback[]; parent: string }>();
  readonly #ofStack: Callback[] = [];
  readonly #ofInvokes: Callback[] = [];

  addForStack(callback: Callback): void {
    this.#ofStack.push(callback);
  }

  addForInvokes(callback: Callback): void {
    this.#ofInvokes.push(callback);
  }

  /** Remembers a resource's transforms, which apply to everything below it. */
  remember(urn: string, request: RegisterResourceRequest): void {
    this.#ofResource.set(urn, { callbacks: request.getTransformsList(), parent: request.getParent() });
  }

  /** Changes a registration in place: its own transforms first, then its ancestors', then the stack's. */
  async apply(request: RegisterResourceRequest): Promise<void> {
    const chain = [...request.getTransformsList()];
    for (let urn = request.getParent(); urn; urn = this.#ofResource.get(urn)?.parent ?? "") {
      chain.push(...(this.#ofResource.get(urn)?.callbacks ?? []));
    }
    for (const callback of [...chain, ...this.#ofStack]) {
      const transform = new resources.TransformRequest();
      transform.setType(request.getType());
      transform.setName(request.getName());
      transform.setCustom(request.getCustom());
      transform.setParent(request.getParent());
      transform.setProperties(request.getObject());
      transform.setOptions(optionsOf(request));
      const answer = resources.TransformResponse.deserializeBinary(
        await this.#call(callback, transform.serializeBinary()),
      );
      if (answer.hasProperties()) request.setObject(answer.getProperties());
      const options = answer.getOptions();
      if (options) applyOptions(request, options);
    }
  }

  /** Changes a function call in place. */
  async applyToInvoke(request: ResourceInvokeRequest): Promise<void> {
    for (const callback of this.#ofInvokes) {
      const transform = new resources.TransformInvokeRequest();
      transform.setToken(request.getTok());
      transform.setArgs(request.getArgs());
      const options = new resources.TransformInvokeOptions();
      options.setProvider(request.getProvider());
      options.setVersion(request.getVersion());
      options.setPluginDownloadUrl(request.getPlugindownloadurl());
      transform.setOptions(options);
      const answer = resources.TransformInvokeResponse.deserializeBinary(
        await this.#call(callback, transform.serializeBinary()),
      );
      if (answer.hasArgs()) request.setArgs(answer.getArgs());
      const changed = answer.getOptions();
      if (changed) request.setProvider(changed.getProvider());
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #call(callback: Callback, payload: Uint8Array): Promise<Uint8Array> {
    const target = callback.getTarget();
    let client = this.#clients.get(target);
    if (!client) {
      client = new callbackRpc.CallbacksClient(target, credentials.createInsecure());
      this.#clients.set(target, client);
    }
    const request = new callbacks.CallbackInvokeRequest();
    request.setToken(callback.getToken());
    request.setRequest(payload);
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    client.invoke(request, (error, answer) => {
      if (error) reject(new Error(error.details));
      else resolve(answer.getResponse_asU8());
    });
    return promise;
  }
}

function optionsOf(
  request: RegisterResourceRequest,
): InstanceType<typeof resources.TransformResourceOptions> {
  const options = new resources.TransformResourceOptions();
  options.setDependsOnList(request.getDependenciesList());
  if (request.hasProtect()) options.setProtect(request.getProtect() === true);
  options.setIgnoreChangesList(request.getIgnorechangesList());
  options.setReplaceOnChangesList(request.getReplaceonchangesList());
  options.setVersion(request.getVersion());
  options.setAliasesList(request.getAliasesList());
  options.setProvider(request.getProvider());
  options.setCustomTimeouts(request.getCustomtimeouts());
  options.setPluginDownloadUrl(request.getPlugindownloadurl());
  if (request.hasRetainondelete()) options.setRetainOnDelete(request.getRetainondelete() === true);
  options.setDeletedWith(request.getDeletedwith());
  if (request.getDeletebeforereplacedefined())
    options.setDeleteBeforeReplace(request.getDeletebeforereplace());
  options.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
  for (const [name, reference] of request.getProvidersMap().entries())
    options.getProvidersMap().set(name, reference);
  options.setImport(request.getImportid());
  options.setReplaceWithList(request.getReplaceWithList());
  options.setHooks(request.getHooks());
  return options;
}

function applyOptions(
  request: RegisterResourceRequest,
  options: InstanceType<typeof resources.TransformResourceOptions>,
): void {
  request.setDependenciesList(options.getDependsOnList());
  if (options.hasProtect()) request.setProtect(options.getProtect() === true);
  request.setIgnorechangesList(options.getIgnoreChangesList());
  request.setReplaceonchangesList(options.getReplaceOnChangesList());
  request.setVersion(options.getVersion());
  request.setAliasesList(options.getAliasesList());
  request.setProvider(options.getProvider());
  request.setCustomtimeouts(options.getCustomTimeouts());
  request.setPlugindownloadurl(options.getPluginDownloadUrl());
  if (options.hasRetainOnDelete()) request.setRetainondelete(options.getRetainOnDelete() === true);
  request.setDeletedwith(options.getDeletedWith());
  request.setDeletebeforereplacedefined(options.hasDeleteBeforeReplace());
  request.setDeletebeforereplace(options.getDeleteBeforeReplace() === true);
  request.setAdditionalsecretoutputsList(options.getAdditionalSecretOutputsList());
  request.setImportid(options.getImport());
}
