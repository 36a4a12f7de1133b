//! Calls that one cloud passes on to another.

/// Passes these requests on to a field of the cloud: `forward_calls!(LocalCloud => aws: DescribeNodegroup)`.
#[macro_export]
macro_rules! forward_calls {
    ($cloud:ty => $to:ident: $($request:ty),+ $(,)?) => {
        $(
            impl $crate::Calls<$request> for $cloud {
                async fn call(&self, request: &$request) -> <$request as $crate::ApiRequest>::Response {
                    self.$to.call(request).await
                }
            }
        )+
    };
}
