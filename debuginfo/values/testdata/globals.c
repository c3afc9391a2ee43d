/* Globals of every kind that C has: what gdb prints of each is compared with
   what Format gives, and expressions over them with what Evaluate gives. */
#include <complex.h>
#include <limits.h>
#include <signal.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <uchar.h>
#include <wchar.h>

/* numbers */
char c_zero, c_a = 'a', c_quote = '\'', c_dquote = '"', c_backslash = '\\', c_newline = '\n', c_tab = '\t', c_bell = '\a';
char c_esc = 27, c_high = (char)0xe9, c_del = 127, c_space = ' ', c_digit = '7', c_min = -128, c_cr = '\r', c_vt = '\v', c_ff = '\f', c_bs = '\b';
signed char sc_neg = -5, sc_pos = 65, sc_zero;
unsigned char uc_max = 255, uc_b = 'B', uc_zero, uc_200 = 200;
short s_neg = -300, s_max = SHRT_MAX, s_min = SHRT_MIN;
unsigned short us_max = USHRT_MAX, us_1 = 1;
int i_zero, i_neg = -42, i_max = INT_MAX, i_min = INT_MIN, i_42 = 42;
unsigned u_max = UINT_MAX, u_7 = 7;
long l_neg = -123456789012345, l_max = LONG_MAX, l_min = LONG_MIN;
unsigned long ul_max = ULONG_MAX, ul_5 = 5;
long long ll_neg = -77, ll_big = 0x7ffffffffffffff1;
unsigned long long ull_big = 0xfedcba9876543210;
int8_t i8 = -8; uint8_t u8 = 88; int16_t i16 = -16; uint16_t u16 = 1616; int32_t i32 = -32; uint32_t u32 = 3232; int64_t i64 = -64; uint64_t u64 = 6464;
size_t size = 4096; ptrdiff_t diff = -4; intptr_t iptr = -1; uintptr_t uptr = 0xffff;
__int128 i128 = (__int128)1 << 100, i128_neg = -1; unsigned __int128 u128 = ~(unsigned __int128)0;
_Bool b_true = 1, b_false; bool b_typedef = true;
const int k_int = 9; volatile int v_int = 10; const volatile unsigned long kv_long = 11; _Atomic int a_int = 12;

/* floating point */
float f_zero, f_tenth = 0.1f, f_third = 1.0f / 3, f_big = 3.4e38f, f_small = 1e-40f, f_one = 1, f_neg = -2.5f, f_1e10 = 1e10f, f_max = 3.40282347e+38f, f_million = 1234567.f;
double d_zero, d_tenth = 0.1, d_third = 1.0 / 3, d_big = 1e308, d_small = 5e-324, d_one = 1, d_neg = -2.5, d_pi = 3.14159265358979, d_1e16 = 1e16, d_1e17 = 1e17, d_1e5 = 100000, d_e21 = 1.5e21, d_frac = 1e-5, d_negzero = -0.0;
double d_inf = INFINITY, d_ninf = -INFINITY, d_nan = NAN, d_nnan = -NAN;
float f_inf = INFINITY, f_nan = NAN;
long double ld_tenth = 0.1L, ld_third = 1.0L / 3, ld_one = 1, ld_big = 1e4000L, ld_neg = -1.5L, ld_zero, ld_inf = INFINITY, ld_nan = NAN, ld_small = 1e-4940L, ld_pi = 3.14159265358979323846264338L;
double _Complex dc = 1 + 2 * I, dc_neg = -1.5 - 2.5 * I; float _Complex fc = 0.5f + 0.25f * I; long double _Complex ldc = 1 + 0 * I; int _Complex ic = 3 + 4 * I;

/* enums */
enum color { RED, GREEN, BLUE } color = BLUE, color_unknown = 7, color_zero;
enum flags { FLAG_A = 1, FLAG_B = 2, FLAG_C = 4 } fl_none, fl_a = FLAG_A, fl_ab = FLAG_A | FLAG_B, fl_a8 = FLAG_A | 8, fl_8 = 8, fl_all = 7, fl_big = 0x80000001;
enum gaps { GAP_NONE = 0, GAP_1 = 1, GAP_16 = 16, GAP_MASK = 0x60 } gap_0, gap_17 = 17, gap_mask = 0x60, gap_part = 0x20, gap_mix = 0x71, gap_other = 0x100;
enum split { SP_A = 1, SP_B = 0x12 } sp_a = 1, sp_b = 0x12, sp_3 = 3;
enum negative { NEG = -3, POS = 5 } neg = NEG, neg_unknown = 1, neg_other = -9;
enum { ANON_X = 3, ANON_Y = 9 } anon_enum = ANON_Y;
typedef enum { TD_ONE = 1, TD_TWO } td_enum; td_enum tde = TD_TWO;
enum big { BIG_X = 0x100000000, BIG_Y = 0x7000000000000000 } big_y = BIG_Y, big_0;
enum same { SAME_A = 1, SAME_B = 1, SAME_C = 2 } same = SAME_B;
enum packed_e { PK_A = 200, PK_B } __attribute__((packed)) pk = PK_B;
enum one { ONLY = 0 } only, only_5 = 5;
enum masks { MSK_LOW = 3, MSK_HIGH = 12, MSK_BIT = 16 } msk_0, msk_low = 3, msk_1 = 1, msk_7 = 7, msk_31 = 31, msk_20 = 20;

/* pointers */
int *p_null, *p_int = &i_42, **pp_int = &p_int, *p_bad = (int *)1;
void *pv_null, *pv = &i_42, *pv_odd = (char *)&i_42 + 2;
const int *p_const = &k_int; int *const cp_int = &i_42; volatile int *p_vol = &v_int; int *restrict p_res = &i_42;
const char *s_text = "hello, world"; char *s_null; char *s_bad = (char *)16; char *s_empty = "";
char s_buf[16] = "buffer", *s_sym = s_buf, *s_mid = s_buf + 3;
const unsigned char *us_text = (const unsigned char *)"bytes"; signed char *ss_text = (signed char *)"signed";
uint8_t *u8_text = (uint8_t *)"u8text";
const char *const strings[] = { "one", "two", 0, "four" }; const char **p_strings = (const char **)strings;
const wchar_t *w_text = L"wide"; const char16_t *c16_text = u"sixteen"; const char32_t *c32_text = U"thirtytwo";
struct opaque; struct opaque *p_opaque = (struct opaque *)0x1000; union uopaque *p_uopaque; enum eopaque *p_eopaque;
typedef struct opaque opaque_t; opaque_t *p_opaque_t = 0;
typedef char *str_t; str_t td_str = "typedefed"; typedef const char cchar_t; cchar_t *p_cchar = "cchar"; typedef char mychar; mychar *p_mychar = "mine";
typedef int myint; myint td_int = 6; myint *p_myint = &td_int; typedef int *intp; intp td_intp = &i_42;
char **p_pchar = &s_sym; void **ppv = &pv; int (*p_arr)[3]; long ptr_as_long;
float *p_float = &f_tenth; double *p_double = &d_pi; _Bool *p_bool = &b_true; enum color *p_color = &color;
short *p_outside = (short *)0x7fffffffe000;

/* functions */
int plus(int a, int b) { return a + b; }
void handler(int sig) { (void)sig; }
static int hidden(void) { return 1; }
int variadic(const char *f, ...) { (void)f; return 0; }
int (*fp_plus)(int, int) = plus; void (*fp_handler)(int) = handler; int (*fp_null)(void); int (*fp_hidden)(void) = hidden;
int (*fp_var)(const char *, ...) = variadic; int (*fp_array[3])(int, int) = { plus, 0, plus };
void (*(*fp_fp)(int, void (*)(int)))(int); typedef int (*op_t)(int, int); op_t td_op = plus; typedef int fn_t(int, int); fn_t *td_fn = plus;
void *fp_void = plus; char *(*fp_ret)(struct opaque *, const char *const *, int[3]); int (**fp_pp)(int, int) = &fp_plus; void *fp_mid = (char *)plus + 2;
int (*fp_knr)();

/* arrays */
int a1[1] = { 5 }, a3[3] = { 1, 2, 3 }, a_zero[3], a9[9], a10[10], a11[11], a12[12] = { 1 }, a_end[15] = { [14] = 9 }, a_mid[30] = { [3] = 7 };
int a200[200] = { [0] = 1, 2, 3 }, a201[201] = { [200] = 3 }, a_count[250], a_alt[300], a_runs[40] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 3 };
int m22[2][2] = { { 1, 2 }, { 3, 4 } }, m345[3][4][5] = { { { 1 } } }, m_same[12][2], m_300[300][2] = { { 1 } };
int a_repeat10[] = { 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 1 }, a_repeat9[] = { 7, 7, 7, 7, 7, 7, 7, 7, 7, 1 };
char ca_full[3] = { 'a', 'b', 'c' }, ca_nul[8] = "abc", ca_exact[4] = "abc", ca_empty[4], ca_embed[8] = "a\0b\0\0c", ca_1[1], ca_1a[1] = { 'x' };
char ca_rep[40] = "aaaaaaaaaaaaaaaaaaaaxyz", ca_rep2[40] = "xyzaaaaaaaaaaaaaaaaaaaa", ca_rep10[32] = "bbbbbbbbbb", ca_rep11[32] = "bbbbbbbbbbb", ca_rep9[10] = "bbbbbbbbb";
char ca_mix[64] = "abc\n\t\"quoted\" 'single' back\\slash \001\0022 \377 \33[0m", ca_utf8[16] = "h\xc3\xa9llo \xe2\x82\xac", ca_badutf[8] = "x\xc3y\xff", ca_inc[3] = { 'x', 'y', '\xc3' };
char ca_200[200], ca_long[300], ca_long_nul[300] = "short", ca_201[201], ca_199[200];
unsigned char uca[4] = { 1, 2, 255, 0 }; signed char sca[3] = { -1, 'a', 0 }; uint8_t u8a[5] = { 'h', 'i' }; int8_t i8a[2] = { 1, 2 };
char caa[3][6] = { "ab", "cdefg", "" }; const char ca_const[] = "constant"; char ca_rr[60] = "aaaaaaaaaaaabbbbbbbbbbbbbbbcdeffffffffffffffg";
wchar_t wa[8] = L"wide", w_char = L'w', w_eur = 0x20ac, w_bad = 0x7fffffff; char16_t c16a[6] = u"abc", c16 = u'c', c16_sur[2] = { 0xd83d, 0xde00 }; char32_t c32a[4] = U"xyz", c32 = U'\u20ac';
short sa[5] = { 1, -2, 3 }; double da[3] = { 0.5, 1, 1e100 }; float fa[2] = { 0.1f, 2 }; long la[2] = { -1, 1 }; bool ba[12] = { 1, 1, 0 }; enum color ea[4] = { RED, BLUE, 9 }; enum flags fla[2] = { 3, 8 };
void *pva[3] = { 0, &i_42, (void *)16 }; int *ipa[12]; const char *longs[3]; int ea0[0]; char ca0[0]; int a_empty2[0][3];
long double lda[2] = { 1, 0.1L }; double _Complex ca_c[2] = { 1, I };

/* records */
struct point { int x, y; } pt = { 3, -4 }, pts[3] = { { 1, 2 }, { 3, 4 } }, *p_pt = &pt, pts_same[15], **pp_pt = &p_pt;
struct empty { } empty; struct empty empties[3];
struct nest { char tag; struct point p; struct { int in; char *name; } anon; union { int i; float f; char c[4]; } u; } nest = { 't', { 1, 2 }, { 3, "name" }, { 0x41424344 } };
struct noname { int a; struct { int b; union { int c; float d; }; }; int e; } noname = { 1, { 2, { 3 } }, 4 };
union un { int i; unsigned char b[4]; float f; struct point p; void *v; } un = { 0x3f800000 };
struct { int q; } tagless = { 8 }, *p_tagless = &tagless; union { int q; char r; } tagless_u = { 65 };
typedef struct { int td; } td_struct; td_struct tds = { 1 }, *p_tds = &tds; typedef struct point point_t; point_t ptt = { 7, 8 }, *p_ptt = &ptt; const struct point k_pt = { 5, 6 }; const struct point *p_kpt = &k_pt;
struct bits { unsigned a : 1, b : 3; int c : 5; unsigned long long d : 40; _Bool e : 1; enum color f : 2; signed char g : 4; unsigned : 0; unsigned h : 7; int z : 32; char ch : 7; } bits = { 1, 5, -7, 0x123456789a, 1, BLUE, -3, 99, -1, 'q' };
struct ubits { uint8_t lo : 4, hi : 4; uint16_t w : 12; uint64_t big : 63; } ubits = { 3, 12, 4000, 0x4000000000000001 };
struct fl { enum flags f : 4; enum flags g; } flb = { 3, 9 };
struct __attribute__((packed)) pk { char a; int b; short c; long d; } pkd = { 1, 2, 3, 4 };
struct flex { int n; int data[]; } flex = { 2, { 7, 8 } }; struct zero { int n; char data[0]; } zero_arr = { 1 }; struct flexc { int n; char data[]; } flexc = { 3, "flexible" };
struct list_head { struct list_head *next, *prev; };
struct item { int value; struct list_head link; const char *name; };
extern struct item item1, item2, item3;
struct list_head head = { &item1.link, &item3.link };
struct item item1 = { 10, { &item2.link, &head }, "first" }, item2 = { 20, { &item3.link, &item1.link }, "second" }, item3 = { 30, { &head, &item2.link }, "third" };
struct list_head empty_head = { &empty_head, &empty_head };
struct hlist_node { struct hlist_node *next, **pprev; }; struct hlist_head { struct hlist_node *first; };
struct hitem { struct hlist_node node; int v; }; extern struct hitem h2; struct hitem h1 = { { &h2.node, 0 }, 1 }, h2 = { { 0, 0 }, 2 }; struct hlist_head hhead = { &h1.node };
struct self { struct self *me; int v; } self = { &self, 1 };
struct fun { int (*f)(int, int); void (*g)(int); void *p; const char *s; char buf[8]; } fun = { plus, 0, &i_42, "text", "buf" }, *p_fun = &fun;
struct arr { int a[3]; struct point p[2]; char s[4]; int m[2][2]; } arr = { { 1, 2, 3 }, { { 1, 2 }, { 3, 4 } }, "str", { { 1, 2 }, { 3, 4 } } };
struct d { struct d1 { struct d2 { struct d3 { struct d4 { struct d5 { int v; } d5; } d4; } d3; } d2; } d1; } deep = { { { { { { 1 } } } } } };
#define S(n, m) struct deep##n { struct deep##m d; }
struct deep0 { int v; }; S(1, 0); S(2, 1); S(3, 2); S(4, 3); S(5, 4); S(6, 5); S(7, 6); S(8, 7); S(9, 8); S(10, 9); S(11, 10); S(12, 11); S(13, 12); S(14, 13); S(15, 14); S(16, 15); S(17, 16); S(18, 17); S(19, 18); S(20, 19); S(21, 20); S(22, 21);
struct deep19 deep19; struct deep20 deep20; struct deep22 deep22;
struct floats { float f; double d; long double ld; _Complex double c; } floats = { 0.1f, 0.1, 0.1L, 1 }; struct chars { char c; wchar_t w; char16_t c16; unsigned char uc; bool b; enum color e; } chars = { 'x', L'y', u'z', 1, true, GREEN };
struct tree { struct tree *left, *right; int key; } leaf = { 0, 0, 1 }, root = { &leaf, 0, 2 };
struct longname { char comm[16]; char path[300]; } ln = { "bash", "/usr/bin/bash" };
typedef int v4si __attribute__((vector_size(16))); typedef float v4sf __attribute__((vector_size(16))); typedef char v16qi __attribute__((vector_size(16))); typedef double v2df __attribute__((vector_size(16)));
v4si vec_i = { 1, 2, 3, 4 }; v4sf vec_f = { 0.5, 1, 1.5, 2 }; v16qi vec_c = { 1, 2, 3 }; v2df vec_d = { 1, 2 }; struct sv { v4si v; int n; } sv = { { 1, 1, 1, 1 }, 2 };
static int st_count = 77; struct point pt_far[4][2]; volatile struct point vpt = { 1, 2 };
struct arr_ptr { int *p[2]; char *s[3]; struct point *pp; } ap = { { &i_42, 0 }, { "a", 0, s_buf }, &pts[1] };
int *p_elem = &a3[1], *p_past = &a3[3]; struct point *p_pts1 = &pts[1]; int *p_y = &pts[1].y; char *p_caa = caa[1]; int (*p_m22)[2] = &m22[1];
char big_rep[600]; const char *p_big_rep = big_rep; char s200[201], s199[200], s201[202]; char *p_s200 = s200, *p_s199 = s199, *p_s201 = s201, *p_long = ca_long;

char *edge, *edge_end, *edge_hole; wchar_t *edge_wide; struct point *edge_point;

int main(void)
{
	edge = mmap((void *)0x10000000, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	munmap(edge + 4096, 4096);
	memset(edge, 'e', 4096);
	edge_end = edge + 4096 - 5;
	edge_hole = edge + 4096;
	edge_wide = (wchar_t *)(edge + 4096 - 8);
	edge_wide[0] = 'a'; edge_wide[1] = 'b';
	edge_point = (struct point *)(edge + 4096 - 4);
	for (int i = 0; i < 250; i++) a_count[i] = i;
	for (int i = 0; i < 300; i++) { a_alt[i] = i / 20; ca_long[i] = 'a' + i % 26; if (i < 299) ln.path[i] = 'p'; big_rep[i] = i < 100 ? 'q' : 'r'; }
	for (int i = 0; i < 201; i++) { ca_201[i] = 'A' + i % 26; if (i < 200) { ca_200[i] = '0' + i % 10; s200[i] = s201[i] = '0' + i % 10; } if (i < 199) ca_199[i] = s199[i] = 'z' - i % 26; }
	s201[200] = 'x';
	p_arr = &a3; ptr_as_long = (long)&i_42; (void)st_count;
	raise(SIGSTOP);
}
