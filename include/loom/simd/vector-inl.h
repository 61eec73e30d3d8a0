// SPDX-License-Identifier: BSL-1.0
// simd/vector-inl.h — vectors of one target: the compilers' own vector types, and the few operations they lack.
// Arithmetic, comparisons and `mask ? a : b` are the language's; a lane of one is a plain number, so the baseline is the same
// code. Why: docs/decisions/013-vectors-of-the-compiler.md.
// Layer 7 (simd).

#define LOOM_INLINE inline LOOM_OF_TARGET __attribute__((always_inline))

namespace loom::inline LOOM_ABI::LOOM_TARGET {

/// Bytes of a vector; 0: one lane at a time.
inline constexpr int vector_bytes = LOOM_TARGET_BYTES;

template <class T, int Lanes> struct vector_of {
  using type [[gnu::vector_size(Lanes * sizeof(T))]] = T;
};
template <class T> struct vector_of<T, 1> {
  using type = T;
};

/// Lanes of a full vector.
template <class T> inline constexpr int lane_count = vector_bytes == 0 ? 1 : vector_bytes / static_cast<int>(sizeof(T));
template <class T, int Lanes = lane_count<T>> using vec = typename vector_of<T, Lanes>::type;

template <class V> struct lane_of_vector {
  using type = std::remove_cvref_t<decltype(std::declval<V&>()[0])>;
};
template <class V>
  requires std::is_arithmetic_v<V>
struct lane_of_vector<V> {
  using type = V;
};
template <class V> using lane = typename lane_of_vector<V>::type;
template <class V> inline constexpr int width = sizeof(V) / sizeof(lane<V>);
template <class V> using lane_numbers = std::make_integer_sequence<int, width<V>>;

template <class V> using bits_of =
    vec<std::conditional_t<sizeof(lane<V>) == 4, std::uint32_t, std::uint64_t>, width<V>>;
template <class V> using ints_of = vec<std::conditional_t<sizeof(lane<V>) == 4, std::int32_t, std::int64_t>, width<V>>;
/// What a comparison gives: all bits of a lane or none; a bool if there is one lane.
template <class V> using mask_of = decltype(std::declval<V>() < std::declval<V>());

// ---- constants ---------------------------------------------------------------------------------------------------------

/// A number in every lane. (c + 0 would lose the sign of -0.)
template <class V> LOOM_INLINE V broadcast(lane<V> c) { return c - V{}; }
template <class V> LOOM_INLINE V constant(double c) { return broadcast<V>(static_cast<lane<V>>(c)); }
template <class V> LOOM_INLINE V infinity() { return constant<V>(__builtin_inf()); }
template <class V> LOOM_INLINE V not_a_number() { return constant<V>(__builtin_nan("")); }

template <class V, int... I>
LOOM_INLINE V counted_from(lane<V> first, std::integer_sequence<int, I...>) {
  if constexpr (width<V> == 1) return first;
  else return first + V{I...};
}
/// first, first + 1, ...
template <class V> LOOM_INLINE V iota(lane<V> first) { return counted_from<V>(first, lane_numbers<V>()); }

// ---- bits --------------------------------------------------------------------------------------------------------------

/// The same bits as another type.
template <class To, class V> LOOM_INLINE To as(V v) { return __builtin_bit_cast(To, v); }

template <class V> LOOM_INLINE V bit_and(V a, V b) { return as<V>(as<bits_of<V>>(a) & as<bits_of<V>>(b)); }
template <class V> LOOM_INLINE V bit_or(V a, V b) { return as<V>(as<bits_of<V>>(a) | as<bits_of<V>>(b)); }
template <class V> LOOM_INLINE V bit_xor(V a, V b) { return as<V>(as<bits_of<V>>(a) ^ as<bits_of<V>>(b)); }
template <class V> LOOM_INLINE V sign_bit() { return constant<V>(-0.0); }
template <class V> LOOM_INLINE V abs(V x) { return as<V>(as<bits_of<V>>(x) & ~as<bits_of<V>>(sign_bit<V>())); }
template <class V> LOOM_INLINE V copysign(V x, V sign) { return bit_or(abs(x), bit_and(sign_bit<V>(), sign)); }

// ---- choice ------------------------------------------------------------------------------------------------------------

template <class M, class V> LOOM_INLINE V select(M m, V a, V b) { return m ? a : b; }
template <class M, class V> LOOM_INLINE V masked(M m, V a) { return m ? a : V{}; }
template <class M, class V> LOOM_INLINE V drop(M m, V a) { return m ? V{} : a; }
template <class V> LOOM_INLINE V select_negative(V x, V a, V b) {
  return as<ints_of<V>>(x) < 0 ? a : b;
}  // by the sign bit
template <class V> LOOM_INLINE mask_of<V> is_nan(V x) { return x != x; }

/// The smaller, and the larger: the second operand if either is NaN, as x86 has it.
template <class V> LOOM_INLINE V min(V a, V b) { return a < b ? a : b; }
template <class V> LOOM_INLINE V max(V a, V b) { return a > b ? a : b; }

/// The first `count` lanes.
template <class V> LOOM_INLINE mask_of<V> first_lanes(std::size_t count) {
  using I = ints_of<V>;
  return iota<I>(0) < broadcast<I>(static_cast<lane<I>>(count));
}

// ---- halves, and all lanes in one ----------------------------------------------------------------------------------------

template <int First, class V, int... I>
LOOM_INLINE auto lanes_from(V v, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(v, v, (First + I)...);
}
template <class V> LOOM_INLINE auto lower_half(V v) {
  return lanes_from<0>(v, std::make_integer_sequence<int, width<V> / 2>());
}
template <class V> LOOM_INLINE auto upper_half(V v) {
  return lanes_from<width<V> / 2>(v, std::make_integer_sequence<int, width<V> / 2>());
}
template <class H, int... I>
LOOM_INLINE auto joined(H lower, H upper, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(lower, upper, I...);
}
template <class H> LOOM_INLINE auto join(H lower, H upper) {
  return joined(lower, upper, std::make_integer_sequence<int, 2 * width<H>>());
}

/// All lanes folded into one number.
template <class Fold, class V>
LOOM_INLINE lane<V> fold_lanes(V v) {
  if constexpr (width<V> == 1) return v;
  else if constexpr (width<V> == 2) return Fold::combine(v[0], v[1]);
  else return fold_lanes<Fold>(Fold::combine(lower_half(v), upper_half(v)));
}

/// Whether some lane of a comparison holds.
template <class M>
LOOM_INLINE bool any(M m) {
#if LOOM_TARGET_BYTES == 64
  if constexpr (sizeof(lane<M>) == 4)
    return __builtin_ia32_cmpd512_mask(as<vec<int>>(m), vec<int>{}, 4, static_cast<unsigned short>(-1)) != 0;
  else
    return __builtin_ia32_cmpq512_mask(as<vec<long long>>(m), vec<long long>{}, 4, static_cast<unsigned char>(-1)) != 0;
#elif LOOM_TARGET_BYTES == 32
  return __builtin_ia32_movmskps256(as<vec<float>>(m)) != 0;
#elif LOOM_TARGET_BYTES == 16  // half of a lane says as much, and all the halves are one number
  using halves = vec<std::conditional_t<sizeof(lane<M>) == 4, std::int16_t, std::int32_t>, width<M>>;
  return as<std::uint64_t>(__builtin_convertvector(m, halves)) != 0;
#else
  return m != 0;
#endif
}

/// Whether a < b in every lane: one comparison, whose mask no vector has to hold.
template <class V>
LOOM_INLINE bool all_below(V a, V b) {
#if LOOM_TARGET_BYTES == 64
  constexpr int not_less = 5;
  if constexpr (sizeof(lane<V>) == 4)
    return __builtin_ia32_cmpps512_mask(a, b, not_less, static_cast<unsigned short>(-1), 4) == 0;
  else return __builtin_ia32_cmppd512_mask(a, b, not_less, static_cast<unsigned char>(-1), 4) == 0;
#else
  return !any((a < b) == 0);
#endif
}

template <class V>
LOOM_INLINE lane<V> first_lane(V v) {
  if constexpr (width<V> == 1) return v;
  else return v[0];
}

// ---- memory ------------------------------------------------------------------------------------------------------------

/// A number as it is rounded: no product is fused with the sum that it is a term of next.
template <class V> LOOM_INLINE V settled(V v) {
#if LOOM_TARGET_BYTES == 64
  __asm__("" : "+v"(v));
#elif defined(__SSE2__)
  __asm__("" : "+x"(v));
#elif defined(__aarch64__)
  __asm__("" : "+w"(v));
#else
  __asm__("" : "+m"(v));
#endif
  return v;
}

/// What comes after is not joined with what made v, as g++ joins a product and a sum. clang joins nothing across functions.
template <class V> LOOM_INLINE void keep_apart([[maybe_unused]] V& v) {
#if !defined(__clang__)
  v = settled(v);
#endif
}

/// Keeps a variable in memory until it is used next: its registers are for the loop between. clang sees that by itself.
template <class T> LOOM_INLINE void keep_in_memory([[maybe_unused]] T& variable) {
#if !defined(__clang__)
  __asm__("" : "+m"(variable));
#endif
}

template <class V> LOOM_INLINE V load(const lane<V>* from) {
  V v;
  __builtin_memcpy(&v, from, sizeof(V));
  return v;
}
template <class V> LOOM_INLINE void store(V v, lane<V>* to) { __builtin_memcpy(to, &v, sizeof(V)); }

// ---- what neither language nor compiler has a common word for --------------------------------------------------------------
// The compilers' own names for single instructions: <immintrin.h> gives them others, and costs a user's file a third of a second.

#if LOOM_TARGET_BYTES == 0

inline constexpr bool fused = false;  ///< a product and a sum round once

template <class V> LOOM_INLINE V fma(V a, V b, V c) { return a * b + c; }
LOOM_INLINE float sqrt(float x) { return __builtin_sqrtf(x); }
LOOM_INLINE double sqrt(double x) { return __builtin_sqrt(x); }
LOOM_INLINE double widen(float x) { return static_cast<double>(x); }
LOOM_INLINE float narrow(double x) { return static_cast<float>(x); }

#else

inline constexpr bool fused = true;

using f32s = vec<float>;
using f64s = vec<double>;
using half_f32s = vec<float, lane_count<double>>;
using u32s = vec<std::uint32_t>;
using f16s = vec<short, lane_count<float>>;           // bits of binary16
using bf16s = vec<std::uint16_t, lane_count<float>>;  // bits of bfloat16, the upper half of a float's

// gather: the numbers at these places from `from` on.
#if LOOM_TARGET_BYTES == 16
// NEON has neither masked memory nor gathers: lane by lane.
template <class T>
LOOM_INLINE vec<T> load_first(const T* from, std::size_t count) {
  vec<T> v{};
#pragma GCC unroll 4
  for (int i = 0; i < width<vec<T>>; ++i)
    if (static_cast<std::size_t>(i) < count) v[i] = from[i];
  return v;
}
template <class V>
LOOM_INLINE void store_first(V v, lane<V>* to, std::size_t count) {
#pragma GCC unroll 4
  for (int i = 0; i < width<V>; ++i)
    if (static_cast<std::size_t>(i) < count) to[i] = v[i];
}
LOOM_INLINE f32s gather(const float* from, vec<std::int32_t> at) {
  return f32s{from[at[0]], from[at[1]], from[at[2]], from[at[3]]};
}
LOOM_INLINE f64s gather(const double* from, vec<std::int64_t> at) { return f64s{from[at[0]], from[at[1]]}; }

#if !defined(__clang__)
LOOM_INLINE f32s fma(f32s a, f32s b, f32s c) { return __builtin_aarch64_fmav4sf(a, b, c); }
LOOM_INLINE f64s fma(f64s a, f64s b, f64s c) { return __builtin_aarch64_fmav2df(a, b, c); }
LOOM_INLINE f32s sqrt(f32s x) { return __builtin_aarch64_sqrtv4sf(x); }
LOOM_INLINE f64s sqrt(f64s x) { return __builtin_aarch64_sqrtv2df(x); }
#elif __clang_major__ >= 17
LOOM_INLINE f32s fma(f32s a, f32s b, f32s c) { return __builtin_elementwise_fma(a, b, c); }
LOOM_INLINE f64s fma(f64s a, f64s b, f64s c) { return __builtin_elementwise_fma(a, b, c); }
LOOM_INLINE f32s sqrt(f32s x) { return __builtin_elementwise_sqrt(x); }
LOOM_INLINE f64s sqrt(f64s x) { return __builtin_elementwise_sqrt(x); }
#else
using i8s = vec<signed char>;  // 41 and 42 are float and double
LOOM_INLINE f32s fma(f32s a, f32s b, f32s c) {
  return as<f32s>(__builtin_neon_vfmaq_v(as<i8s>(c), as<i8s>(a), as<i8s>(b), 41));
}
LOOM_INLINE f64s fma(f64s a, f64s b, f64s c) {
  return as<f64s>(__builtin_neon_vfmaq_v(as<i8s>(c), as<i8s>(a), as<i8s>(b), 42));
}
LOOM_INLINE f32s sqrt(f32s x) { return as<f32s>(__builtin_neon_vsqrtq_v(as<i8s>(x), 41)); }
LOOM_INLINE f64s sqrt(f64s x) { return as<f64s>(__builtin_neon_vsqrtq_v(as<i8s>(x), 42)); }
#endif
using fp16s = vec<__fp16, lane_count<float>>;  // what the compilers convert
#if defined(__clang__)
LOOM_INLINE f32s widen(f16s v) { return __builtin_convertvector(as<fp16s>(v), f32s); }
LOOM_INLINE f16s narrow(f32s v) { return as<f16s>(__builtin_convertvector(v, fp16s)); }
LOOM_INLINE f64s widen(half_f32s x) { return __builtin_convertvector(x, f64s); }
#else  // g++ 12 converts these lane by lane
LOOM_INLINE f32s widen(f16s v) { return __builtin_aarch64_float_extend_lo_v4sf(as<fp16s>(v)); }
LOOM_INLINE f16s narrow(f32s v) { return as<f16s>(__builtin_aarch64_float_truncate_lo_v4hf(v)); }
LOOM_INLINE f64s widen(half_f32s x) { return __builtin_aarch64_float_extend_lo_v2df(x); }
#endif
LOOM_INLINE half_f32s narrow(f64s x) { return __builtin_convertvector(x, half_f32s); }
LOOM_INLINE u32s widen(bf16s v) { return __builtin_convertvector(v, u32s); }
LOOM_INLINE bf16s narrow(u32s v) { return __builtin_convertvector(v, bf16s); }

#else
#if LOOM_TARGET_BYTES == 64
#define LOOM_ALL(type) static_cast<type>(-1)
// The lanes whose bits are set; no others need be in memory.
LOOM_INLINE f32s load_some(const float* from, unsigned lanes) {
  return __builtin_ia32_loadups512_mask(from, f32s{}, static_cast<unsigned short>(lanes));
}
LOOM_INLINE f64s load_some(const double* from, unsigned lanes) {
  return __builtin_ia32_loadupd512_mask(from, f64s{}, static_cast<unsigned char>(lanes));
}
LOOM_INLINE void store_some(f32s v, float* to, unsigned lanes) {
  __builtin_ia32_storeups512_mask(to, v, static_cast<unsigned short>(lanes));
}
LOOM_INLINE void store_some(f64s v, double* to, unsigned lanes) {
  __builtin_ia32_storeupd512_mask(to, v, static_cast<unsigned char>(lanes));
}
// Lanes from `begin` to `end`.
template <class T>
LOOM_INLINE vec<T> load_between(const T* from, std::ptrdiff_t begin, std::ptrdiff_t end) {
  return load_some(from, (1u << end) - (1u << begin));
}
template <class V>
LOOM_INLINE void store_first(V v, lane<V>* to, std::size_t count) {
  store_some(v, to, (1u << count) - 1);
}
LOOM_INLINE f32s gather(const float* from, vec<std::int32_t> at) {
  return __builtin_ia32_gathersiv16sf(f32s{}, from, at, LOOM_ALL(unsigned short), 4);
}
LOOM_INLINE f64s gather(const double* from, vec<std::int64_t> at) {
  return __builtin_ia32_gatherdiv8df(f64s{}, from, as<vec<long long>>(at), LOOM_ALL(unsigned char), 8);
}
LOOM_INLINE f32s widen(f16s v) { return __builtin_ia32_vcvtph2ps512_mask(v, f32s{}, LOOM_ALL(unsigned short), 4); }
LOOM_INLINE f16s narrow(f32s v) { return __builtin_ia32_vcvtps2ph512_mask(v, 0, f16s{}, LOOM_ALL(unsigned short)); }

// Multiplication by 2^n with gradual underflow, and x = 2^e m, special values included: m in [3/4, 3/2), NaN for x < 0; e of the
// leading bit, -inf for 0.
LOOM_INLINE f32s times_pow2(f32s x, f32s n) {
  return __builtin_ia32_scalefps512_mask(x, n, f32s{}, LOOM_ALL(unsigned short), 4);
}
LOOM_INLINE f64s times_pow2(f64s x, f64s n) {
  return __builtin_ia32_scalefpd512_mask(x, n, f64s{}, LOOM_ALL(unsigned char), 4);
}
// The same, and 0 where v < least: a lane left out costs nothing, but one that underflows a hundred cycles.
LOOM_INLINE f32s times_pow2(f32s x, f32s n, f32s v, float least) {
  constexpr int not_less = 5;
  return __builtin_ia32_scalefps512_mask(
      x, n, f32s{}, __builtin_ia32_cmpps512_mask(v, broadcast<f32s>(least), not_less, LOOM_ALL(unsigned short), 4), 4);
}
LOOM_INLINE f64s times_pow2(f64s x, f64s n, f64s v, double least) {
  constexpr int not_less = 5;
  return __builtin_ia32_scalefpd512_mask(
      x, n, f64s{}, __builtin_ia32_cmppd512_mask(v, broadcast<f64s>(least), not_less, LOOM_ALL(unsigned char), 4), 4);
}
LOOM_INLINE f32s exponent(f32s x) { return __builtin_ia32_getexpps512_mask(x, f32s{}, LOOM_ALL(unsigned short), 4); }
LOOM_INLINE f64s exponent(f64s x) { return __builtin_ia32_getexppd512_mask(x, f64s{}, LOOM_ALL(unsigned char), 4); }
LOOM_INLINE f32s mantissa(f32s x) {
  return __builtin_ia32_getmantps512_mask(x, 2 << 2 | 3, f32s{}, LOOM_ALL(unsigned short), 4);
}
LOOM_INLINE f64s mantissa(f64s x) {
  return __builtin_ia32_getmantpd512_mask(x, 2 << 2 | 3, f64s{}, LOOM_ALL(unsigned char), 4);
}
#else
using i32s = vec<int>;
using i64s = vec<long long>;
template <class V>
LOOM_INLINE ints_of<V> lanes_between(std::ptrdiff_t begin, std::ptrdiff_t end) {
  const auto lane_numbers = iota<ints_of<V>>(0);
  return (lane_numbers >= static_cast<lane<ints_of<V>>>(begin)) & (lane_numbers < static_cast<lane<ints_of<V>>>(end));
}
// Lanes from `begin` to `end`; no others need be in memory.
LOOM_INLINE f32s load_between(const float* from, std::ptrdiff_t begin, std::ptrdiff_t end) {
  return __builtin_ia32_maskloadps256(reinterpret_cast<const f32s*>(from), as<i32s>(lanes_between<f32s>(begin, end)));
}
LOOM_INLINE f64s load_between(const double* from, std::ptrdiff_t begin, std::ptrdiff_t end) {
  return __builtin_ia32_maskloadpd256(reinterpret_cast<const f64s*>(from), as<i64s>(lanes_between<f64s>(begin, end)));
}
LOOM_INLINE void store_first(f32s v, float* to, std::size_t count) {
  __builtin_ia32_maskstoreps256(reinterpret_cast<f32s*>(to), as<i32s>(first_lanes<f32s>(count)), v);
}
LOOM_INLINE void store_first(f64s v, double* to, std::size_t count) {
  __builtin_ia32_maskstorepd256(reinterpret_cast<f64s*>(to), as<i64s>(first_lanes<f64s>(count)), v);
}
#if defined(__clang__)
#define LOOM_GATHER(gcc, clang) __builtin_ia32_##clang
#else
#define LOOM_GATHER(gcc, clang) __builtin_ia32_##gcc
#endif
LOOM_INLINE f32s gather(const float* from, vec<std::int32_t> at) {
  return LOOM_GATHER(gathersiv8sf, gatherd_ps256)(f32s{}, from, at, as<f32s>(i32s{} == 0), 4);
}
LOOM_INLINE f64s gather(const double* from, vec<std::int64_t> at) {
  return LOOM_GATHER(gatherdiv4df, gatherq_pd256)(f64s{}, from, as<i64s>(at), as<f64s>(i64s{} == 0), 8);
}
#undef LOOM_GATHER
LOOM_INLINE f32s widen(f16s v) { return __builtin_ia32_vcvtph2ps256(v); }
LOOM_INLINE f16s narrow(f32s v) { return __builtin_ia32_vcvtps2ph256(v, 0); }
#endif

#if defined(__clang__)
#if __clang_major__ >= 17
LOOM_INLINE f32s fma(f32s a, f32s b, f32s c) { return __builtin_elementwise_fma(a, b, c); }
LOOM_INLINE f64s fma(f64s a, f64s b, f64s c) { return __builtin_elementwise_fma(a, b, c); }
LOOM_INLINE f32s sqrt(f32s x) { return __builtin_elementwise_sqrt(x); }
LOOM_INLINE f64s sqrt(f64s x) { return __builtin_elementwise_sqrt(x); }
#elif LOOM_TARGET_BYTES == 64
LOOM_INLINE f32s fma(f32s a, f32s b, f32s c) {
  return __builtin_ia32_vfmaddps512_mask(a, b, c, LOOM_ALL(unsigned short), 4);
}
LOOM_INLINE f64s fma(f64s a, f64s b, f64s c) {
  return __builtin_ia32_vfmaddpd512_mask(a, b, c, LOOM_ALL(unsigned char), 4);
}
LOOM_INLINE f32s sqrt(f32s x) { return __builtin_ia32_sqrtps512(x, 4); }
LOOM_INLINE f64s sqrt(f64s x) { return __builtin_ia32_sqrtpd512(x, 4); }
#else
LOOM_INLINE f32s fma(f32s a, f32s b, f32s c) { return __builtin_ia32_vfmaddps256(a, b, c); }
LOOM_INLINE f64s fma(f64s a, f64s b, f64s c) { return __builtin_ia32_vfmaddpd256(a, b, c); }
LOOM_INLINE f32s sqrt(f32s x) { return __builtin_ia32_sqrtps256(x); }
LOOM_INLINE f64s sqrt(f64s x) { return __builtin_ia32_sqrtpd256(x); }
#endif
#if LOOM_TARGET_BYTES == 64
LOOM_INLINE f32s lanes_at(f32s table, vec<int> which) { return __builtin_ia32_permvarsf512(table, which); }
LOOM_INLINE f64s lanes_at(f64s low, f64s high, vec<long long> which) {
  return __builtin_ia32_vpermi2varpd512(low, which, high);
}
#endif
LOOM_INLINE f64s widen(half_f32s x) { return __builtin_convertvector(x, f64s); }
LOOM_INLINE half_f32s narrow(f64s x) { return __builtin_convertvector(x, half_f32s); }
LOOM_INLINE u32s widen(bf16s v) { return __builtin_convertvector(v, u32s); }
LOOM_INLINE bf16s narrow(u32s v) { return __builtin_convertvector(v, bf16s); }
#elif LOOM_TARGET_BYTES == 64
LOOM_INLINE f32s fma(f32s a, f32s b, f32s c) {
  return __builtin_ia32_vfmaddps512_mask(a, b, c, LOOM_ALL(unsigned short), 4);
}
LOOM_INLINE f64s fma(f64s a, f64s b, f64s c) {
  return __builtin_ia32_vfmaddpd512_mask(a, b, c, LOOM_ALL(unsigned char), 4);
}
LOOM_INLINE f32s sqrt(f32s x) { return __builtin_ia32_sqrtps512_mask(x, f32s{}, LOOM_ALL(unsigned short), 4); }
LOOM_INLINE f64s sqrt(f64s x) { return __builtin_ia32_sqrtpd512_mask(x, f64s{}, LOOM_ALL(unsigned char), 4); }
LOOM_INLINE f32s lanes_at(f32s table, vec<int> which) {
  return __builtin_ia32_permvarsf512_mask(table, which, f32s{}, LOOM_ALL(unsigned short));
}
LOOM_INLINE f64s lanes_at(f64s low, f64s high, vec<long long> which) {
  return __builtin_ia32_vpermt2varpd512_mask(which, low, high, LOOM_ALL(unsigned char));
}
// Of a comparison and a choice g++ makes just that, two instructions.
LOOM_INLINE f32s min(f32s a, f32s b) { return __builtin_ia32_minps512_mask(a, b, f32s{}, LOOM_ALL(unsigned short), 4); }
LOOM_INLINE f64s min(f64s a, f64s b) { return __builtin_ia32_minpd512_mask(a, b, f64s{}, LOOM_ALL(unsigned char), 4); }
LOOM_INLINE f32s max(f32s a, f32s b) { return __builtin_ia32_maxps512_mask(a, b, f32s{}, LOOM_ALL(unsigned short), 4); }
LOOM_INLINE f64s max(f64s a, f64s b) { return __builtin_ia32_maxpd512_mask(a, b, f64s{}, LOOM_ALL(unsigned char), 4); }
LOOM_INLINE f64s widen(half_f32s x) { return __builtin_ia32_cvtps2pd512_mask(x, f64s{}, LOOM_ALL(unsigned char), 4); }
LOOM_INLINE half_f32s narrow(f64s x) {
  return __builtin_ia32_cvtpd2ps512_mask(x, half_f32s{}, LOOM_ALL(unsigned char), 4);
}
LOOM_INLINE u32s widen(bf16s v) {
  return as<u32s>(__builtin_ia32_pmovzxwd512_mask(as<f16s>(v), vec<int>{}, LOOM_ALL(unsigned short)));
}
LOOM_INLINE bf16s narrow(u32s v) {
  return as<bf16s>(__builtin_ia32_pmovdw512_mask(as<vec<int>>(v), f16s{}, LOOM_ALL(unsigned short)));
}
#else
LOOM_INLINE f32s fma(f32s a, f32s b, f32s c) { return __builtin_ia32_vfmaddps256(a, b, c); }
LOOM_INLINE f64s fma(f64s a, f64s b, f64s c) { return __builtin_ia32_vfmaddpd256(a, b, c); }
LOOM_INLINE f32s sqrt(f32s x) { return __builtin_ia32_sqrtps256(x); }
LOOM_INLINE f64s sqrt(f64s x) { return __builtin_ia32_sqrtpd256(x); }
LOOM_INLINE f32s min(f32s a, f32s b) { return __builtin_ia32_minps256(a, b); }
LOOM_INLINE f64s min(f64s a, f64s b) { return __builtin_ia32_minpd256(a, b); }
LOOM_INLINE f32s max(f32s a, f32s b) { return __builtin_ia32_maxps256(a, b); }
LOOM_INLINE f64s max(f64s a, f64s b) { return __builtin_ia32_maxpd256(a, b); }
LOOM_INLINE f64s widen(half_f32s x) { return __builtin_ia32_cvtps2pd256(x); }
LOOM_INLINE half_f32s narrow(f64s x) { return __builtin_ia32_cvtpd2ps256(x); }
LOOM_INLINE u32s widen(bf16s v) { return as<u32s>(__builtin_ia32_pmovzxwd256(as<f16s>(v))); }
LOOM_INLINE bf16s narrow(u32s v) { return __builtin_convertvector(v, bf16s); }
#endif
#undef LOOM_ALL
#endif

#endif

#if LOOM_TARGET_BYTES > 16
template <class T>
LOOM_INLINE vec<T> load_first(const T* from, std::size_t count) {
  return load_between(from, 0, static_cast<std::ptrdiff_t>(count));
}
#endif

/// c - a b, and a b - c.
template <class V> LOOM_INLINE V fnma(V a, V b, V c) { return fma(a, -b, c); }
template <class V> LOOM_INLINE V fms(V a, V b, V c) { return fma(a, b, -c); }

/// To the nearest whole number, ties to even.
template <class V> LOOM_INLINE V round(V x) {
  const V whole = constant<V>(sizeof(lane<V>) == 4 ? 0x1p23 : 0x1p52),
          size = abs(x);  // from here on every number is whole
  return size < whole ? copysign((size + whole) - whole, x) : x;
}
/// The largest whole number that is not above x; -0 -> -0.
template <class V> LOOM_INLINE V floor(V x) {
  const V nearest = round(x);
  return nearest - masked(nearest > x, constant<V>(1));
}
/// To the nearest whole number, half away from zero; -0.4 -> -0.
template <class V> LOOM_INLINE V round_away(V x) {
  const V size = abs(x), whole = floor(size);
  return copysign(whole + masked(size - whole >= constant<V>(0.5), constant<V>(1)), x);
}

}  // namespace loom::LOOM_TARGET
