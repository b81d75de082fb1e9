;; A WASI preview 1 command: reads JSON from stdin, writes {"received":<it>} to stdout and a line to stderr.
(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 18)
  ;; 0: an I/O vector; 8: the count that was read or written; 16: texts; 65536: what was read.
  (data (i32.const 16) "{\"received\":")
  (data (i32.const 32) "}")
  (data (i32.const 40) "wrapped the input\n")

  (func $write (param $fd i32) (param $at i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))

  (func (export "_start")
    (local $total i32)
    (block $end
      (loop $more
        (i32.store (i32.const 0) (i32.add (i32.const 65536) (local.get $total)))
        (i32.store (i32.const 4) (i32.sub (i32.const 1048576) (local.get $total)))
        (br_if $end (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
        (br_if $end (i32.eqz (i32.load (i32.const 8))))
        (local.set $total (i32.add (local.get $total) (i32.load (i32.const 8))))
        (br $more)))
    (call $write (i32.const 2) (i32.const 40) (i32.const 18))
    (call $write (i32.const 1) (i32.const 16) (i32.const 12))
    (call $write (i32.const 1) (i32.const 65536) (local.get $total))
    (call $write (i32.const 1) (i32.const 32) (i32.const 1))))
