mod shop { pub struct B<T>(pub T); impl<T: Copy + Into<u64>> B<T> { #[inline(never)] pub fn total(&self, f: &dyn Fn(u64)->u64) -> u64 { f(self.0.into()) } } }
fn main(){ let b=shop::B(3u32); println!("{}", b.total(&|x| x+1)); }
