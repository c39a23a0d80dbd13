package gitlab

// Exchange is the step between a code and its tokens, which an attempt to sign
// in takes behind its doors.
var Exchange = (*Client).exchange
