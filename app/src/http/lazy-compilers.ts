/**
 * Schemas are compiled at their first use. Compiling them all takes a third of the start's time, and most instances use few
 * of them in their first minutes. What cannot be compiled is found by a test.
 */
import SerializerSelector from "@fastify/fast-json-stringify-compiler";
import type { FastifySchemaCompiler, FastifySerializerCompiler } from "fastify";

type Validate = ReturnType<FastifySchemaCompiler<unknown>>;

/** The same validators, each compiled when it is asked first. */
export function lazyValidators<S>(compile: FastifySchemaCompiler<S>): FastifySchemaCompiler<S> {
  return (route) => {
    let compiled: Validate | undefined;
    const validate: Validate = (data) => {
      compiled ??= compile(route);
      const found = compiled(data);
      // Where Fastify looks for them.
      validate.errors = compiled.errors;
      return found;
    };
    return validate;
  };
}

/** Fastify's own serializers, each compiled when it is used first. */
export function lazySerializers(): FastifySerializerCompiler<unknown> {
  const compile = SerializerSelector()({}, {});
  return (route) => {
    let serialize: ((data: unknown) => string) | undefined;
    return (data) => (serialize ??= compile({ httpStatus: "", ...route }))(data);
  };
}
