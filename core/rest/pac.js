// What auto-config scripts may use besides dnsResolve and myIpAddress. Source: Netscape's "Navigator Proxy Auto-Config
// File Format" and its description on MDN.
"use strict";
function isPlainHostName(host) { return host.indexOf(".") < 0; }
function dnsDomainIs(host, domain) {
  return host.length >= domain.length && host.substring(host.length - domain.length) === domain;
}
function localHostOrDomainIs(host, whole) { return host === whole || whole.lastIndexOf(host + ".", 0) === 0; }
function isResolvable(host) { return dnsResolve(host) !== null; }
function dnsDomainLevels(host) { return host.split(".").length - 1; }
function convert_addr(text) {
  var p = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!p || p[1] > 255 || p[2] > 255 || p[3] > 255 || p[4] > 255) return null;
  return ((p[1] << 24) | (p[2] << 16) | (p[3] << 8) | p[4]) >>> 0;
}
function isInNet(host, pattern, mask) {
  var at = convert_addr(host);
  if (at === null) {
    host = dnsResolve(host);
    at = host === null ? null : convert_addr(host);
  }
  var p = convert_addr(pattern), m = convert_addr(mask);
  return at !== null && p !== null && m !== null && ((at & m) >>> 0) === ((p & m) >>> 0);
}
function shExpMatch(text, pattern) {
  var i = 0, j = 0, star = -1, from = 0;
  text = String(text);
  pattern = String(pattern);
  while (i < text.length) {
    if (j < pattern.length && (pattern[j] === "?" || (pattern[j] !== "*" && pattern[j] === text[i]))) { i++; j++; }
    else if (j < pattern.length && pattern[j] === "*") { star = j++; from = i; }
    else if (star >= 0) { j = star + 1; i = ++from; }
    else return false;
  }
  while (j < pattern.length && pattern[j] === "*") j++;
  return j === pattern.length;
}
function timeParts(args) {
  var list = Array.prototype.slice.call(args), utc = list[list.length - 1] === "GMT";
  if (utc) list.pop();
  return { list: list, utc: utc, now: new Date() };
}
function weekdayRange() {
  var names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], t = timeParts(arguments);
  var from = names.indexOf(t.list[0]), to = t.list.length > 1 ? names.indexOf(t.list[1]) : from;
  var day = t.utc ? t.now.getUTCDay() : t.now.getDay();
  if (from < 0 || to < 0) return false;
  return from <= to ? day >= from && day <= to : day >= from || day <= to;
}
function timeRange() {
  var t = timeParts(arguments), l = t.list.map(Number), n = l.length, from, to;
  var h = t.utc ? t.now.getUTCHours() : t.now.getHours(), m = t.utc ? t.now.getUTCMinutes() : t.now.getMinutes();
  var s = t.utc ? t.now.getUTCSeconds() : t.now.getSeconds(), at = (h * 60 + m) * 60 + s;
  if (n === 1) return h === l[0];
  if (n === 2) { from = l[0] * 3600; to = l[1] * 3600 + 3599; }
  else if (n === 4) { from = (l[0] * 60 + l[1]) * 60; to = (l[2] * 60 + l[3]) * 60 + 59; }
  else if (n === 6) { from = (l[0] * 60 + l[1]) * 60 + l[2]; to = (l[3] * 60 + l[4]) * 60 + l[5]; }
  else return false;
  return from <= to ? at >= from && at <= to : at >= from || at <= to;
}
function dateRange() {
  var names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], t = timeParts(arguments);
  var now = { y: t.utc ? t.now.getUTCFullYear() : t.now.getFullYear(), m: t.utc ? t.now.getUTCMonth() : t.now.getMonth(), d: t.utc ? t.now.getUTCDate() : t.now.getDate() };
  function read(parts) {
    var r = {};
    parts.forEach(function (p) {
      if (names.indexOf(p) >= 0) r.m = names.indexOf(p);
      else if (Number(p) > 31) r.y = Number(p);
      else r.d = Number(p);
    });
    return r;
  }
  function number(r, of) {
    var n = 0;
    if (of.y !== undefined) n += r.y * 10000;
    if (of.m !== undefined) n += r.m * 100;
    if (of.d !== undefined) n += r.d;
    return n;
  }
  var half = t.list.length > 1 ? t.list.length / 2 : 1;
  var from = read(t.list.slice(0, half)), to = t.list.length > 1 ? read(t.list.slice(half)) : from;
  var a = number(from, from), b = number(to, from), at = number(now, from);
  return a <= b ? at >= a && at <= b : at >= a || at <= b;
}
function alert() {}
