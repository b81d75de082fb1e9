/**
 * The size of a JSON value without making its text.
 *
 * Stops as soon as the bound is crossed, so that a value whose parts are shared many times over costs no more than its
 * bound, and refuses what JSON would silently change (not-a-number, bigint, undefined, dates), so that an instance means
 * the same before and after it was stored.
 */

import { JSON_DEPTH_MAX } from "../../shared/limits.ts";
import { Fault } from "./fault.ts";

/** Results of {@link jsonBytes} that are no size. */
export const TOO_LARGE = -1;
export const TOO_DEEP = -2;
export const NOT_JSON = -3;

/** Bytes of `JSON.stringify(value)` in UTF-8, or TOO_LARGE beyond `bytesMax`, TOO_DEEP beyond JSON_DEPTH_MAX, NOT_JSON. */
export function jsonBytes(value: unknown, bytesMax: number): number {
  return count(value, bytesMax, JSON_DEPTH_MAX);
}

/** Bytes of one member of an object: its key, the colon and its value, without a comma. Other results as jsonBytes. */
export function memberBytes(key: string, value: unknown, bytesMax: number): number {
  const bytes = count(value, bytesMax, JSON_DEPTH_MAX);
  return bytes < 0 ? bytes : bytes + stringBytes(key) + 1;
}

/** Why a size is none, or nothing. */
export function describeSize(what: string, bytes: number, bytesMax: number): Fault | undefined {
  if (bytes === TOO_LARGE) return new Fault("limit", `${what} exceeds ${bytesMax} bytes`);
  if (bytes === TOO_DEEP) return new Fault("limit", `${what} is nested deeper than ${JSON_DEPTH_MAX} levels`);
  if (bytes === NOT_JSON) return new Fault("expression", `${what} is nothing that JSON can carry`);
}

function count(value: unknown, bytesMax: number, depthLeft: number): number {
  switch (typeof value) {
    case "string":
      // A text is never shorter in bytes than in characters, so a long one need not be looked at.
      return value.length > bytesMax ? TOO_LARGE : within(stringBytes(value), bytesMax);
    case "number":
      return Number.isFinite(value) ? within(numberBytes(value), bytesMax) : NOT_JSON;
    case "boolean":
      return within(value ? 4 : 5, bytesMax);
    case "object":
      if (value === null) return within(4, bytesMax);
      if (depthLeft === 0) return TOO_DEEP;
      return Array.isArray(value)
        ? countItems(value, bytesMax, depthLeft - 1)
        : countMembers(value as Record<string, unknown>, bytesMax, depthLeft - 1);
    default:
      return NOT_JSON;
  }
}

function within(bytes: number, bytesMax: number): number {
  return bytes > bytesMax ? TOO_LARGE : bytes;
}

function countItems(items: readonly unknown[], bytesMax: number, depthLeft: number): number {
  let bytes = 2 + Math.max(0, items.length - 1);
  if (bytes > bytesMax) return TOO_LARGE;
  for (let index = 0; index < items.length; index++) {
    const item = count(items[index], bytesMax - bytes, depthLeft);
    if (item < 0) return item;
    bytes += item;
  }
  return bytes;
}

function countMembers(object: Record<string, unknown>, bytesMax: number, depthLeft: number): number {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== null && prototype !== Object.prototype) return NOT_JSON;
  let bytes = 2;
  let isFirst = true;
  for (const key in object) {
    if (!Object.hasOwn(object, key)) continue;
    bytes += stringBytes(key) + (isFirst ? 1 : 2);
    isFirst = false;
    if (bytes > bytesMax) return TOO_LARGE;
    const member = count(object[key], bytesMax - bytes, depthLeft);
    if (member < 0) return member;
    bytes += member;
  }
  return within(bytes, bytesMax);
}

function numberBytes(value: number): number {
  if (Number.isInteger(value) && value >= 0 && value < 10) return 1;
  return Object.is(value, -0) ? 1 : String(value).length;
}

/** With quotes and escapes, as JSON.stringify writes them (lone surrogates as \uXXXX). */
function stringBytes(text: string): number {
  let bytes = text.length + 2;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x20 && unit < 0x80) {
      if (unit === 0x22 || unit === 0x5c) bytes += 1;
    } else if (unit < 0x20) bytes += isShortEscape(unit) ? 1 : 5;
    else if (unit < 0x800) bytes += 1;
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 2;
    else if (isPair(unit, text.charCodeAt(index + 1))) {
      bytes += 2;
      index++;
    } else bytes += 5;
  }
  return bytes;
}

/** \b \t \n \f \r */
function isShortEscape(unit: number): boolean {
  return unit >= 0x08 && unit <= 0x0d && unit !== 0x0b;
}

function isPair(high: number, low: number): boolean {
  return high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}
